import { setImmediate as tick } from 'node:timers/promises';

import { LatestLeases, leaseSaboteurs, lockHeld, withLeases, type Acquire } from './lease-saboteurs.js';
import { instead, onRefusal, type Saboteur } from './saboteur.js';

const fences: readonly Saboteur[] = [
  {
    mistake: 'grants one fence again and again',
    caughtBy: ['executionLocks/fences', 'executionLocks/model'],
    sabotage(good) {
      const first = new Map<string, number>();
      return withLeases(good, ({ fence }, resource) => {
        if (!first.has(resource)) first.set(resource, fence);
        return { fence: first.get(resource)! };
      });
    },
  },
  {
    mistake: 'counts fences from one',
    caughtBy: ['executionLocks/fences'],
    sabotage(good) {
      let count = 0;
      return withLeases(good, () => ({ fence: (count += 1) }));
    },
  },
  {
    mistake: 'lets fences fall when a lock was released',
    caughtBy: ['executionLocks/fences', 'executionLocks/model', 'executionLocks/races'],
    sabotage(good) {
      let releases = 0;
      return withLeases(good, (lease) => ({
        fence: lease.fence - releases * 10,
        release: () => {
          releases += 1;
          return lease.release();
        },
      }));
    },
  },
  {
    mistake: 'does not mind which fence the next one shall be above',
    caughtBy: ['executionLocks/fences', 'executionLocks/model'],
    sabotage({ ports: { executionLocks } }) {
      const acquire: Acquire = (resource, request) =>
        executionLocks.acquire(resource, {
          ...request,
          fenceAbove:
            typeof request.fenceAbove === 'number' && request.fenceAbove > 0 ? 0 : request.fenceAbove,
        });
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
];

const contenders: readonly Saboteur[] = [
  {
    mistake: 'lets an owner take its lock twice',
    caughtBy: ['executionLocks/contention', 'executionLocks/model', 'executionLocks/races'],
    sabotage({ ports: { executionLocks } }) {
      const latest = new LatestLeases();
      const acquire: Acquire = async (resource, request) => {
        const granted = executionLocks.acquire(resource, request);
        const lease = await onRefusal(granted, 'LOCK_HELD', (error) => {
          if (error.details?.['owner'] !== request.owner) throw error;
          return latest.of({ resource });
        });
        latest.keep(lease);
        return lease;
      };
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
  {
    mistake: 'looks whether a lock is free and takes it a tick later',
    caughtBy: ['executionLocks/races'],
    sabotage({ ports: { executionLocks } }) {
      const acquire: Acquire = async (resource, request) => {
        const isFree = (await executionLocks.inspect(resource)) === null;
        await tick();
        const granted = executionLocks.acquire(resource, request);
        if (!isFree) return granted;
        return onRefusal(granted, 'LOCK_HELD', () =>
          executionLocks.acquire(`${resource}.${performance.now()}`, request),
        );
      };
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
  {
    mistake: 'does not wait for a lock',
    caughtBy: ['executionLocks/contention', 'executionLocks/lapse', 'executionLocks/races'],
    sabotage({ ports: { executionLocks } }) {
      const acquire: Acquire = (resource, request) =>
        executionLocks.acquire(resource, {
          ...request,
          waitMs: typeof request?.waitMs === 'number' && request.waitMs > 0 ? 0 : request?.waitMs,
        });
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
  {
    mistake: 'takes a lock for a caller that has gone away',
    caughtBy: ['executionLocks/contention'],
    sabotage({ ports: { executionLocks } }) {
      const acquire: Acquire = (resource, request) => {
        if (request?.signal?.aborted !== false) return executionLocks.acquire(resource, request);
        const { signal, ...rest } = request;
        return Promise.race([
          executionLocks.acquire(resource, rest),
          new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
        ]);
      };
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
  {
    mistake: 'does not say who holds a lock',
    caughtBy: ['executionLocks/contention', 'executionLocks/fences', 'executionLocks/model'],
    sabotage({ ports: { executionLocks } }) {
      const acquire: Acquire = (resource, request) =>
        onRefusal(executionLocks.acquire(resource, request), 'LOCK_HELD', () => {
          throw lockHeld(resource);
        });
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
  {
    mistake: 'cuts a ttl to the shortest that may be',
    caughtBy: ['executionLocks/validation'],
    sabotage({ ports: { executionLocks } }) {
      const acquire: Acquire = (resource, request) =>
        executionLocks.acquire(resource, { ...request, ttlMs: Math.max(request.ttlMs, 50) });
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
  {
    mistake: 'keeps one lock for names that differ in their case',
    caughtBy: ['executionLocks/leases', 'executionLocks/model'],
    sabotage({ ports: { executionLocks } }) {
      return {
        ports: {
          executionLocks: instead(executionLocks, {
            acquire: (resource, request) => executionLocks.acquire(folded(resource), request),
            inspect: (resource, options) => executionLocks.inspect(folded(resource), options),
          }),
        },
      };
    },
  },
];

export const lockSaboteurs: readonly Saboteur[] = [...fences, ...leaseSaboteurs, ...contenders];

function folded(resource: string): string {
  return typeof resource === 'string' ? resource.toLowerCase() : resource;
}
