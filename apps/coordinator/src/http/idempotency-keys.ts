import { createHash } from 'node:crypto';

import type { FastifyRequest } from 'fastify';

import type { SchemaFragment } from '@test-coordinator/domain';
import {
  DataAdapterError,
  refuse,
  type CacheRepository,
  type CallOptions,
  type ExecutionLocks,
  type IdGenerator,
} from '@test-coordinator/ports';

import { objectOf } from './record-schemas.js';

/** How long a key is known. */
const KEPT_SECONDS = 86_400;
/** Longer than the cache takes to answer; somebody who dies between two steps holds others up for as long. */
const LOCK_MS = 5_000;
const KEY = /^[\x21-\x7e]{1,255}$/;
const HEADER = 'idempotency-key';

export const IDEMPOTENCY_KEY: SchemaFragment = objectOf(
  {
    [HEADER]: {
      type: 'string',
      description:
        '1–255 visible ASCII characters, of the caller’s choice, for what has no id: within 24 hours the same request again records nothing more and answers with what is stored; another body is ALREADY_EXISTS.',
    },
  },
  [HEADER],
);

/** A request that may come again. */
export interface RepeatableRequest {
  /** Of its key, its route and who sent it: two callers never have one. No secret, and of one length. */
  readonly name: string;
  /** SHA-256 of its body; `null` where it is a stream. */
  readonly body: string | null;
}

/** What its `Idempotency-Key` makes of a request, or `undefined` when it has none. @throws DataAdapterError `INVALID_ARGUMENT` */
export function repeatable(request: FastifyRequest): RepeatableRequest | undefined {
  const key = request.headers[HEADER];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) refuse(HEADER, 'must be 1–255 visible ASCII characters');
  const asked = [request.principal?.actor ?? '', request.routeOptions.url, key].join('\n');
  return { name: createHash('sha256').update(asked).digest('hex'), body: request.bodyDigest };
}

/** @throws DataAdapterError `ALREADY_EXISTS` when the key came with another body before. */
export function checkSameBody(before: string | null, { body }: RepeatableRequest): void {
  if (before === body) return;
  throw new DataAdapterError(
    'ALREADY_EXISTS',
    'this Idempotency-Key came with another body before; use a new key for another request',
  );
}

interface KeyPorts {
  readonly cache: CacheRepository;
  readonly locks: ExecutionLocks;
  readonly ids: IdGenerator;
}

/** What is kept of a key. */
interface Remembered {
  readonly firstId: string;
  readonly body: string | null;
}

/**
 * What makes a request repeatable that gives no id: its `Idempotency-Key` is given the id of the first record, once,
 * before anything is recorded. Repeating it is then creating twice with one id, which every store answers with the
 * stored record, so nothing has to be kept of answers, and a crash between two steps leaves nothing behind.
 * Ids are in the order of time, which no key tells: so the id cannot be made out of the key alone.
 */
export class IdempotencyKeys {
  constructor(private readonly ports: KeyPorts) {}

  /**
   * The id of the first record, or `undefined` when the request has no key.
   * Codes: `INVALID_ARGUMENT`; `ALREADY_EXISTS` for a key that came with another body; `LOCK_HELD` when another request
   * with the key does not come on; those of the cache: without it nothing is recorded under a key.
   */
  async firstId(request: FastifyRequest, options: CallOptions): Promise<string | undefined> {
    const given = repeatable(request);
    if (given === undefined) return undefined;
    const name = `idempotency:${given.name}`;
    const { firstId, body } =
      (await this.#read(name, options)) ?? (await this.#remember(name, given.body, options));
    checkSameBody(body, given);
    return firstId;
  }

  async #remember(name: string, body: string | null, options: CallOptions): Promise<Remembered> {
    const owner = options.requestId ?? 'a request';
    await using _lease = await this.ports.locks.acquire(name, {
      ...options,
      owner,
      ttlMs: LOCK_MS,
      waitMs: LOCK_MS,
    });
    const known = await this.#read(name, options);
    if (known !== undefined) return known;
    const first = { firstId: this.ports.ids.next(), body };
    await this.ports.cache.setJson(name, first, { ...options, ttlSeconds: KEPT_SECONDS });
    return first;
  }

  async #read(name: string, options: CallOptions): Promise<Remembered | undefined> {
    return ((await this.ports.cache.getJson(name, options)) as Remembered | null) ?? undefined;
  }
}

/** Digits at the end of a UUIDv7 that are random, and count here: ids of one request sort in their order. */
const COUNTED_DIGITS = 12;

/** The id of the record at this place of a request, counted from the first one's. */
export function idAt(firstId: string, index: number): string {
  const random = Number.parseInt(firstId.slice(-COUNTED_DIGITS), 16);
  const counted = (random + index) % 16 ** COUNTED_DIGITS;
  return firstId.slice(0, -COUNTED_DIGITS) + counted.toString(16).padStart(COUNTED_DIGITS, '0');
}
