import type { FastifyInstance, FastifyRequest, HTTPMethods, onRequestAsyncHookHandler } from 'fastify';

import type { Authentication, Principal } from '../security/authentication.js';
import { includesScope, type Scope } from '../security/scope.js';
import { HttpError } from './problem-details.js';
import type { CountFailure } from './protection.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; `null` where nobody is asked. */
    principal: Principal | null;
  }
}

/** Who may call a route: everybody, or who has the scope. */
export type Access = 'everybody' | Scope;

const BEARER = /^Bearer +([\w.~+/=-]{1,8192})$/i;
const CHALLENGE = 'Bearer realm="test-coordinator"';

/** What a route asks for unless it says otherwise: `read` to look, `admin` to delete, `record` for all that writes. */
export function accessOf(method: HTTPMethods): Scope {
  if (method === 'GET') return 'read';
  return method === 'DELETE' ? 'admin' : 'record';
}

export function knowPrincipals(app: FastifyInstance): void {
  app.decorateRequest('principal', null);
}

/** Refuses, before any body is read, who is not known (401) or may not do it (403). */
export function guard(
  authentication: Authentication,
  needed: Scope,
  countFailure: CountFailure,
): onRequestAsyncHookHandler {
  const known = async (credentials: string | undefined): Promise<Principal | undefined> =>
    credentials === undefined ? undefined : authentication.authenticate(credentials);
  return async (request: FastifyRequest, reply) => {
    const [, credentials] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    const principal = await known(credentials).catch(async (error: unknown) => {
      // Nobody can tell who it is, and whoever it is must not fill the log.
      await countFailure(request, reply);
      throw error;
    });
    if (principal === undefined) {
      await countFailure(request, reply);
      reply.header(
        'www-authenticate',
        credentials === undefined ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`,
      );
      throw new HttpError(
        401,
        'UNAUTHENTICATED',
        credentials === undefined
          ? 'This coordinator asks for a key or a token: send it as the bearer token of the Authorization header.'
          : 'The key or token is not known here, has expired or was revoked.',
      );
    }
    if (!includesScope(principal.scope, needed)) {
      reply.header('www-authenticate', `${CHALLENGE}, error="insufficient_scope", scope="${needed}"`);
      throw new HttpError(
        403,
        'FORBIDDEN',
        `This needs the scope ${needed}; you have ${principal.scope ?? 'none'}.`,
      );
    }
    request.principal = principal;
  };
}
