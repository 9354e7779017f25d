import fastifyCompress from '@fastify/compress';
import fastifyCors from '@fastify/cors';
import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HttpError } from './problem-details.js';

export interface ProtectionOptions {
  /** Pages of these origins may call from a browser. @default none */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Requests of one caller in a second at most; 0 for no limit. @default 0 */
  readonly requestsPerSecond?: number | undefined;
  /** Requests of one address in a minute that may come without a good key or token; 0 for no limit. @default 0 */
  readonly failuresPerMinute?: number | undefined;
}

/** Shorter answers are as fast without: a packet is a packet. */
const COMPRESSED_FROM_BYTES = 1_024;
const WINDOW_MS = 1_000;
const FAILURE_WINDOW_MS = 60_000;
/** Callers that are counted at once; beyond it, the one that was quiet longest is forgotten. */
const MOST_CALLERS = 10_000;
/**
 * What helmet sets, once and for all: it builds them anew for each request. What the API answers is no page; the docs page
 * has a policy of its own. No HSTS: who ends TLS before this process knows whether there is any.
 */
const BROWSER_HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
const EXPOSED_HEADERS = ['etag', 'location', 'retry-after', 'x-request-id'];

/**
 * Headers that keep browsers from doing more than they should, limits, and gzip: for every route that is registered later.
 */
export async function protect(
  app: FastifyInstance,
  { corsOrigins = [], requestsPerSecond = 0, failuresPerMinute = 0 }: ProtectionOptions,
): Promise<void> {
  const headers = {
    ...BROWSER_HEADERS,
    'cross-origin-resource-policy': corsOrigins.length > 0 ? 'cross-origin' : 'same-origin',
  };
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  if (corsOrigins.length > 0) {
    await app.register(fastifyCors, {
      origin: [...corsOrigins],
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED_HEADERS,
      strictPreflight: false,
    });
  }
  if (requestsPerSecond > 0 || failuresPerMinute > 0) {
    await app.register(fastifyRateLimit, {
      global: requestsPerSecond > 0,
      max: requestsPerSecond,
      timeWindow: WINDOW_MS,
      cache: MOST_CALLERS,
      // After it is known who asks.
      hook: 'preParsing',
      keyGenerator: callerOf,
      errorResponseBuilder: () =>
        new HttpError(
          429,
          'RATE_LIMITED',
          `A caller may send ${requestsPerSecond} requests a second; wait one.`,
        ),
    });
  }
  // Imports unpack by their content, and no other body is taken packed.
  await app.register(fastifyCompress, {
    globalDecompression: false,
    encodings: ['gzip'],
    threshold: COMPRESSED_FROM_BYTES,
  });
}

/** Counts a request that nobody known has sent. @throws HttpError 429 when its address has sent too many of them. */
export type CountFailure = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * After `protect`. Who has a good key is not asked about others at the same address, which may be that of a proxy before
 * all callers: so the key is looked at first, which is one hash or one signature, and no more than that.
 */
export function failureCounter(
  app: FastifyInstance,
  { failuresPerMinute = 0 }: ProtectionOptions,
): CountFailure {
  if (failuresPerMinute === 0) return () => Promise.resolve();
  const count = app.createRateLimit({
    max: failuresPerMinute,
    timeWindow: FAILURE_WINDOW_MS,
    keyGenerator: ({ ip }) => ip,
  });
  return async (request, reply) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    reply.header('retry-after', counted.ttlInSeconds);
    throw new HttpError(
      429,
      'RATE_LIMITED',
      'Too many requests came from this address without a good key or token; wait, and send one.',
    );
  };
}

function callerOf({ principal, ip }: FastifyRequest): string {
  return principal === null ? ip : principal.actor;
}
