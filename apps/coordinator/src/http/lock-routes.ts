import {
  checkServiceId,
  checkWhole,
  MAX_FENCE_ABOVE,
  MAX_LOCK_TTL_MS,
  MIN_LOCK_TTL_MS,
  type ExecutionLocks,
  type LockRequest,
} from '@test-coordinator/ports';

import { answers, callOptions, found, gone, idOf, pathParameter, type ApiRoute } from './api-route.js';
import { IDEMPOTENCY_KEY, repeatable } from './idempotency-keys.js';
import { Leases } from './leases.js';
import { COUNT, named, objectOf, TIME, type NamedSchema } from './record-schemas.js';
import { readBody } from './wire-reader.js';

const URL = '/api/v1/locks/:resource';
const LEASE_URL = `${URL}/leases/:leaseId`;
const tags = ['locks'];
/** A request that waits holds a connection; proxies close one after a minute or less. */
const MAX_WAIT_MS = 30_000;

const TEXT = { type: 'string' };
const resource = { ...TEXT, description: '1–128 letters, digits and . _ : -, such as `run:<runId>`' };
const params = pathParameter('resource', resource.description);
const leaseParams = objectOf({ resource, leaseId: { ...TEXT, description: 'As it was granted' } });
const ttlMs = {
  type: 'integer',
  minimum: MIN_LOCK_TTL_MS,
  maximum: MAX_LOCK_TTL_MS,
  description: 'How long it stands without a renewal',
};
const wanted = objectOf(
  {
    owner: { ...TEXT, minLength: 1, maxLength: 1_000, description: 'For people: who holds it' },
    ttlMs,
    waitMs: {
      type: 'integer',
      minimum: 0,
      maximum: MAX_WAIT_MS,
      default: 0,
      description: 'How long to wait for it',
    },
    fenceAbove: {
      type: 'integer',
      minimum: 0,
      maximum: MAX_FENCE_ABOVE,
      description: 'A fence that was seen elsewhere, above which the granted one must be',
    },
  },
  ['waitMs', 'fenceAbove'],
);

const LEASE = named(
  'Lease',
  objectOf({
    leaseId: {
      ...TEXT,
      format: 'uuid',
      description: 'For its holder alone: who has it can release the lock',
    },
    resource: TEXT,
    owner: TEXT,
    fence: { ...COUNT, description: 'Send it as the header `fence` with every state change' },
    ttlMs,
    expiresAt: TIME,
  }),
);
const LOCK = named(
  'Lock',
  objectOf({ resource: TEXT, owner: TEXT, fence: COUNT, acquiredAt: TIME, expiresAt: TIME }),
);
export const LOCK_SCHEMAS: readonly NamedSchema[] = [LEASE, LOCK];

export function lockRoutes(locks: ExecutionLocks): ApiRoute[] {
  const leases = new Leases(locks);
  return [
    {
      method: 'POST',
      url: URL,
      schema: {
        operationId: 'acquireLock',
        summary: 'Take a lock, or wait for it',
        description:
          'The holder renews the lease within each ttl, at the coordinator that granted it. LOCK_HELD tells who has the lock and for how long in `details`. With an `Idempotency-Key`, the same request again is answered with the lease while it is held.',
        tags,
        params,
        headers: IDEMPOTENCY_KEY,
        body: wanted,
        response: answers(201, 'The lease', LEASE),
      },
      async handler(request, reply) {
        const given = readBody<LockRequest>(wanted, request.body);
        if (given.waitMs !== undefined) checkWhole(given.waitMs, 'waitMs', 0, MAX_WAIT_MS);
        const options = callOptions(request, reply);
        const resource = idOf(request, 'resource');
        const lease = await leases.acquire(resource, { ...given, ...options }, repeatable(request));
        reply.code(201).header('location', `/api/v1/locks/${lease.resource}/leases/${lease.leaseId}`);
        return lease;
      },
    },
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'inspectLock',
        summary: 'Who holds a lock now',
        tags,
        params,
        response: answers(200, 'The lock; one that is free is not found', LOCK),
      },
      async handler(request, reply) {
        const id = idOf(request, 'resource');
        return found(await locks.inspect(id, callOptions(request, reply)), 'lock that is held', id);
      },
    },
    {
      method: 'POST',
      url: `${LEASE_URL}/renew`,
      schema: {
        operationId: 'renewLease',
        summary: 'Keep a lock for the whole ttl from now',
        description: '404 and STALE_FENCE mean that it was lost: stop what it guards.',
        tags,
        params: leaseParams,
        response: answers(200, 'The lease', LEASE),
      },
      handler(request) {
        const id = idOf(request, 'resource');
        checkServiceId(id, 'resource');
        return leases.renew(id, idOf(request, 'leaseId'));
      },
    },
    {
      method: 'DELETE',
      url: LEASE_URL,
      // Whoever takes a lock gives it back.
      access: 'record',
      schema: {
        operationId: 'releaseLease',
        summary: 'Give a lock back',
        tags,
        params: leaseParams,
        response: answers(204, 'It is free'),
      },
      async handler(request, reply) {
        const id = idOf(request, 'leaseId');
        return gone(reply, await leases.release(idOf(request, 'resource'), id), 'lease', id);
      },
    },
  ];
}
