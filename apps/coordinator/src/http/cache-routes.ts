import type { FastifyRequest } from 'fastify';

import type { JsonValue } from '@test-coordinator/domain';
import { checkBulk, checkPattern, checkText, refuse, type CacheRepository } from '@test-coordinator/ports';

import { answers, callOptions, found, gone, idOf, type ApiRoute } from './api-route.js';
import {
  CACHE_ENTRIES,
  CACHE_ENTRY,
  CACHE_KEYS,
  CACHE_NUMBER,
  DELETED_ENTRIES,
  deleteQuery,
  expiry,
  listQuery,
  MAX_KEY_LENGTH,
  ofKey,
  ofNamespace,
  manyKeys,
  step,
  TEXT,
  VALUE,
  write,
  writeMany,
} from './cache-schemas.js';
import { objectOf } from './record-schemas.js';
import { readBody, readBulk, readListQuery } from './wire-reader.js';

const URL = '/api/v1/cache/:namespace';
const ONE = `${URL}/:key`;
/** Beside the entries, of which one may have any word as its key. */
const DELETIONS = '/api/v1/cache-deletions/:namespace';
const tags = ['cache'];
const NAMESPACE = /^[A-Za-z0-9][\w.-]{0,63}$/;
interface Entry {
  readonly key: string;
  readonly value: JsonValue;
}

/** The cache for callers, each under a namespace: no key reaches the product's own entries, or those of another namespace. */
export function cacheRoutes(cache: CacheRepository): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'listCacheKeys',
        summary: 'List the keys that match a pattern, ascending',
        tags,
        params: ofNamespace,
        querystring: listQuery,
        response: answers(200, 'The keys', CACHE_KEYS),
      },
      async handler(request, reply) {
        const prefix = prefixOf(request);
        const asked = readListQuery<{ pattern?: string }>(listQuery, request.query).filter.pattern ?? '*';
        const keys = await cache.keys(patternUnder(prefix, asked), callOptions(request, reply));
        return { keys: keys.map((key) => key.slice(prefix.length)) };
      },
    },
    {
      method: 'POST',
      url: URL,
      // It looks: the keys are in a body because a thousand do not fit into an address.
      access: 'read',
      schema: {
        operationId: 'getCacheEntries',
        summary: 'Read up to 1000 entries',
        tags,
        params: ofNamespace,
        body: manyKeys,
        response: answers(200, 'Those that exist, in the order of the keys', CACHE_ENTRIES),
      },
      async handler(request, reply) {
        const prefix = prefixOf(request);
        const { keys } = readBody<{ keys: unknown }>(manyKeys, request.body);
        const entries = await cache.getMany(keysUnder(prefix, keys), callOptions(request, reply));
        return { items: [...entries].map(([key, value]) => ({ key: key.slice(prefix.length), value })) };
      },
    },
    {
      method: 'PUT',
      url: URL,
      isBatch: true,
      schema: {
        operationId: 'setCacheEntries',
        summary: 'Store up to 1000 entries with one ttl',
        description: 'Bad input stores none.',
        tags,
        params: ofNamespace,
        body: writeMany,
        response: answers(204, 'They are stored'),
      },
      async handler(request, reply) {
        const prefix = prefixOf(request);
        const { entries, ...ttl } = readBody<{ entries: unknown; ttlSeconds?: number | null }>(
          writeMany,
          request.body,
        );
        const given = readBulk<Entry>(objectOf({ key: TEXT, value: VALUE }), { entries }, 'entries');
        checkBulk(given, 'entries');
        const stored = new Map(
          given.map(({ key, value }, index) => [keyUnder(prefix, key, `entries[${index}].key`), value]),
        );
        await cache.setMany(stored, { ...callOptions(request, reply), ...ttl });
        return reply.code(204).send();
      },
    },
    {
      method: 'DELETE',
      url: URL,
      access: 'record',
      schema: {
        operationId: 'deleteCacheEntries',
        summary: 'Remove the entries whose keys match a pattern, or are named',
        tags,
        params: ofNamespace,
        querystring: deleteQuery,
        response: answers(200, 'How many there were', DELETED_ENTRIES),
      },
      async handler(request, reply) {
        const prefix = prefixOf(request);
        const { filter } = readListQuery<{ pattern?: string; keys?: unknown }>(deleteQuery, request.query);
        if ((filter.pattern === undefined) === (filter.keys === undefined))
          refuse('query', 'must have either a pattern or keys');
        const options = callOptions(request, reply);
        return {
          deleted:
            filter.pattern === undefined
              ? await cache.deleteMany(keysUnder(prefix, filter.keys), options)
              : await cache.deletePattern(patternUnder(prefix, filter.pattern), options),
        };
      },
    },
    {
      method: 'POST',
      url: DELETIONS,
      schema: {
        operationId: 'deleteNamedCacheEntries',
        summary: 'Remove up to 1000 entries by their keys',
        tags,
        params: ofNamespace,
        body: manyKeys,
        response: answers(200, 'How many there were', DELETED_ENTRIES),
      },
      async handler(request, reply) {
        const prefix = prefixOf(request);
        const { keys } = readBody<{ keys: unknown }>(manyKeys, request.body);
        return { deleted: await cache.deleteMany(keysUnder(prefix, keys), callOptions(request, reply)) };
      },
    },
    {
      method: 'GET',
      url: ONE,
      schema: {
        operationId: 'getCacheEntry',
        summary: 'Read an entry with the time that is left to it',
        tags,
        params: ofKey,
        response: answers(200, 'The entry', CACHE_ENTRY),
      },
      async handler(request, reply) {
        const { key, name } = keyOf(request);
        const options = callOptions(request, reply);
        const ttlSeconds = await cache.getTtl(key, options);
        const value = ttlSeconds === undefined ? null : await cache.get(key, options);
        // A stored null is one; between the two looks the entry may have expired.
        const isThere = ttlSeconds !== undefined && (value !== null || (await cache.exists(key, options)));
        return found(isThere ? { key: name, value, ttlSeconds } : null, 'cache entry', name);
      },
    },
    {
      method: 'PUT',
      url: ONE,
      schema: {
        operationId: 'setCacheEntry',
        summary: 'Store an entry; an earlier value and its expiry are replaced',
        tags,
        params: ofKey,
        body: write,
        response: answers(204, 'It is stored'),
      },
      async handler(request, reply) {
        const { key } = keyOf(request);
        const { value, ...ttl } = readBody<{ value: JsonValue; ttlSeconds?: number | null }>(
          write,
          request.body,
        );
        await cache.set(key, value, { ...callOptions(request, reply), ...ttl });
        return reply.code(204).send();
      },
    },
    {
      method: 'DELETE',
      url: ONE,
      access: 'record',
      schema: {
        operationId: 'deleteCacheEntry',
        summary: 'Remove an entry',
        tags,
        params: ofKey,
        response: answers(204, 'It is gone'),
      },
      async handler(request, reply) {
        const { key, name } = keyOf(request);
        return gone(reply, await cache.delete(key, callOptions(request, reply)), 'cache entry', name);
      },
    },
    {
      method: 'POST',
      url: `${ONE}/expire`,
      schema: {
        operationId: 'expireCacheEntry',
        summary: 'Give an entry a new expiry',
        tags,
        params: ofKey,
        body: expiry,
        response: answers(204, 'It has it'),
      },
      async handler(request, reply) {
        const { key, name } = keyOf(request);
        const { ttlSeconds } = readBody<{ ttlSeconds: number | null }>(expiry, request.body);
        return gone(
          reply,
          await cache.expire(key, ttlSeconds, callOptions(request, reply)),
          'cache entry',
          name,
        );
      },
    },
    counterRoute(cache, 'increment', 'Add a whole number to an entry in one atomic step'),
    counterRoute(cache, 'decrement', 'Take a whole number off an entry in one atomic step'),
  ];
}

function counterRoute(cache: CacheRepository, name: 'increment' | 'decrement', summary: string): ApiRoute {
  return {
    method: 'POST',
    url: `${ONE}/${name}`,
    schema: {
      operationId: `${name}CacheEntry`,
      summary,
      description: 'One that is absent starts at 0. An expiry stays. What is no whole number is refused.',
      tags,
      params: ofKey,
      body: step,
      response: answers(200, 'What it is now', CACHE_NUMBER),
    },
    async handler(request, reply) {
      const { key } = keyOf(request);
      const { by, ...ttl } = readBody<{ by?: number; ttlSeconds?: number | null }>(step, request.body ?? {});
      return { value: await cache[name](key, by, { ...callOptions(request, reply), ...ttl }) };
    },
  };
}

/** No namespace can be the start of another's prefix, and none has a character that means something in a pattern. */
function prefixOf(request: FastifyRequest): string {
  const namespace = idOf(request, 'namespace');
  if (!NAMESPACE.test(namespace))
    refuse('namespace', 'must be 1–64 letters, digits or . _ -, letter or digit first');
  return `http:${namespace}:`;
}

function keyOf(request: FastifyRequest): { readonly key: string; readonly name: string } {
  const name = idOf(request, 'key');
  return { key: keyUnder(prefixOf(request), name, 'key'), name };
}

function keyUnder(prefix: string, key: unknown, path: string): string {
  checkText(key, path, 1, MAX_KEY_LENGTH);
  return prefix + key;
}

function keysUnder(prefix: string, keys: unknown): string[] {
  checkBulk(keys, 'keys');
  return keys.map((key, index) => keyUnder(prefix, key, `keys[${index}]`));
}

function patternUnder(prefix: string, asked: unknown): string {
  checkPattern(asked);
  return keyUnder(prefix, asked, 'pattern');
}
