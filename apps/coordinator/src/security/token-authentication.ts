import { errors, jwtVerify, type JWTPayload } from 'jose';

import { DataAdapterError } from '@test-coordinator/ports';

import type { Authentication, Principal } from './authentication.js';
import { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.js';
import { SCOPES, type Scope } from './scope.js';
import type { TokenAlgorithm } from './token-algorithms.js';

export interface TokenAuthenticationOptions extends IssuerKeysOptions {
  /** What `aud` must be or hold: a token for somebody else opens nothing here. */
  readonly audience: string;
  readonly algorithms: readonly TokenAlgorithm[];
  /** Where a token tells what its holder may do: a claim, or `a.b` for `b` within `a`. */
  readonly scopeClaim: string;
  /** What the claim calls the scopes. @default as they are called here */
  readonly scopeNames?: Readonly<Partial<Record<Scope, string>>> | undefined;
  readonly clockToleranceSeconds: number;
}

/** Three parts in base64url: header, claims, signature. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** OpenID Connect: 255 ASCII characters at most. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;
/** Tokens of other kinds, such as those of a logout, name themselves. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];

/** Callers with a token of an OpenID Connect issuer (RFC 7519, RFC 9068). Nobody is asked about a token but its signature. */
export class TokenAuthentication implements Authentication {
  readonly #keys: IssuerKeys;

  private constructor(private readonly options: TokenAuthenticationOptions) {
    this.#keys = new IssuerKeys(options);
  }

  /** Reads the keys of the issuer, if it answers now. */
  static async open(options: TokenAuthenticationOptions): Promise<TokenAuthentication> {
    const authentication = new TokenAuthentication(options);
    await authentication.#keys.read();
    return authentication;
  }

  /** @throws DataAdapterError `UNAVAILABLE` when the keys of the issuer were never read */
  async authenticate(credentials: string): Promise<Principal | undefined> {
    if (!TOKEN.test(credentials)) return undefined;
    const claims = await this.#verified(credentials);
    if (claims?.sub === undefined || !SUBJECT.test(claims.sub)) return undefined;
    return { actor: `oidc:${claims.sub}`, scope: this.#scopeOf(claims) };
  }

  async #verified(token: string): Promise<JWTPayload | undefined> {
    const { issuer, audience, algorithms, clockToleranceSeconds, clock, logger } = this.options;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#keys.keyOf, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
        currentDate: clock.now(),
      });
      return TYPES.includes(protectedHeader.typ?.toLowerCase()) ? payload : undefined;
    } catch (error) {
      if (DataAdapterError.is(error)) throw error;
      // Whatever goes wrong with a token is a refusal: a key that cannot be used must not open anything, nor be a fault.
      const code = error instanceof errors.JOSEError ? error.code : 'unexpected';
      const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : undefined;
      logger.debug({ code, claim }, 'a token was refused');
      return undefined;
    }
  }

  /** The largest that the claim names; `null` for somebody who is known and may do nothing. */
  #scopeOf(claims: JWTPayload): Scope | null {
    const { scopeClaim, scopeNames = {} } = this.options;
    // Some issuers name claims by addresses, which hold dots: so the whole name goes first.
    const told = Object.hasOwn(claims, scopeClaim)
      ? claims[scopeClaim]
      : scopeClaim.split('.').reduce<unknown>(memberOf, claims);
    const names: readonly unknown[] =
      typeof told === 'string' ? told.split(' ') : Array.isArray(told) ? told : [];
    return SCOPES.findLast((scope) => names.includes(scopeNames[scope] ?? scope)) ?? null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
