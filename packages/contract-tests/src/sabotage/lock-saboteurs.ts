import { setImmediate as tick } from 'node:timers/promises';

import { DataAdapterError, type ExecutionLocks, type Lease } from '@test-coordinator/ports';

import { instead, onRefusal, type GoodWorld, type Saboteur } from './saboteur.js';

type Acquire = ExecutionLocks['acquire'];

/** The locks, with every lease that they grant changed. */
function withLeases(
  { ports: { executionLocks } }: GoodWorld,
  change: (lease: Lease, ...request: Parameters<Acquire>) => Partial<Lease>,
): ReturnType<Saboteur['sabotage']> {
  const acquire: Acquire = async (...request) => {
    const lease = await executionLocks.acquire(...request);
    return instead(lease, change(lease, ...request));
  };
  return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
}

/** The lease that was granted last for each resource. */
class LatestLeases {
  readonly #latest = new Map<string, Lease>();

  keep(lease: Lease): void {
    this.#latest.set(lease.resource, lease);
  }

  of({ resource }: { readonly resource: string }): Lease {
    return this.#latest.get(resource)!;
  }
}

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

const foreignLeases: readonly Saboteur[] = [
  {
    mistake: 'frees the lock of whoever holds it now',
    caughtBy: ['executionLocks/lapse', 'executionLocks/leases', 'executionLocks/model'],
    sabotage(good) {
      const latest = new LatestLeases();
      return withLeases(good, (lease) => {
        latest.keep(lease);
        return {
          release: async () => {
            const wasHeld = await lease.release();
            await latest.of(lease).release();
            return wasHeld;
          },
        };
      });
    },
  },
  {
    mistake: 'prolongs the lock of whoever holds it now',
    caughtBy: ['executionLocks/lapse', 'executionLocks/model'],
    sabotage(good) {
      const latest = new LatestLeases();
      return withLeases(good, (lease) => {
        latest.keep(lease);
        return { renew: () => onRefusal(lease.renew(), 'STALE_FENCE', () => latest.of(lease).renew()) };
      });
    },
  },
  {
    mistake: 'says of a lost lock that it was still held',
    caughtBy: ['executionLocks/lapse', 'executionLocks/model'],
    sabotage(good) {
      return withLeases(good, (lease) => ({ release: async () => (await lease.release()) || true }));
    },
  },
];

const lapse: readonly Saboteur[] = [
  {
    mistake: 'lets no lock lapse',
    caughtBy: [
      'executionLocks/lapse',
      'executionLocks/fences',
      'executionLocks/model',
      'executionLocks/races',
    ],
    sabotage({ ports: { executionLocks } }) {
      const held = new Set<string>();
      const acquire: Acquire = async (resource, request) => {
        if (held.has(resource)) throw lockHeld(resource);
        const lease = await executionLocks.acquire(resource, request);
        held.add(resource);
        return instead(lease, {
          release: () => {
            held.delete(resource);
            return lease.release();
          },
        });
      };
      return { ports: { executionLocks: instead(executionLocks, { acquire }) } };
    },
  },
  {
    mistake: 'revives a lapsed lock by a renewal',
    caughtBy: ['executionLocks/lapse', 'executionLocks/model'],
    sabotage(good) {
      return withLeases(good, (lease, resource, request) => ({
        renew: () =>
          onRefusal(lease.renew(), 'STALE_FENCE', async () => {
            const revived = await good.ports.executionLocks.acquire(resource, request);
            return revived.expiresAt;
          }),
      }));
    },
  },
  {
    mistake: 'shows a lock that has lapsed',
    caughtBy: ['executionLocks/lapse', 'executionLocks/model'],
    sabotage({ ports: { executionLocks } }) {
      let seen: Awaited<ReturnType<ExecutionLocks['inspect']>> = null;
      const inspect: ExecutionLocks['inspect'] = async (resource, options) =>
        (seen =
          (await executionLocks.inspect(resource, options)) ?? (seen?.resource === resource ? seen : null));
      return { ports: { executionLocks: instead(executionLocks, { inspect }) } };
    },
  },
  {
    mistake: 'does not renew by itself',
    caughtBy: ['executionLocks/holding'],
    sabotage(good) {
      return withLeases(good, ({ expiresAt }) => ({ expiresAt }));
    },
  },
];

const holders: readonly Saboteur[] = [
  {
    mistake: 'never aborts the signal of a lease',
    caughtBy: [
      'executionLocks/leases',
      'executionLocks/lapse',
      'executionLocks/holding',
      'executionLocks/model',
    ],
    sabotage(good) {
      return withLeases(good, () => ({ signal: new AbortController().signal }));
    },
  },
  {
    mistake: 'aborts the signal of a stalled holder a turn later',
    caughtBy: ['executionLocks/lapse'],
    sabotage(good) {
      return withLeases(good, ({ signal }) => ({ signal }));
    },
  },
  {
    mistake: 'moves acquiredAt with each renewal',
    caughtBy: ['executionLocks/leases', 'executionLocks/model'],
    sabotage({ ports: { executionLocks } }) {
      const renewed = new Map<string, Date>();
      return {
        ports: {
          executionLocks: instead(executionLocks, {
            acquire: async (resource, request) => {
              const lease = await executionLocks.acquire(resource, request);
              const renew = async (): Promise<Date> => {
                const expiresAt = await lease.renew();
                renewed.set(resource, new Date(expiresAt.getTime() - request.ttlMs));
                return expiresAt;
              };
              return instead(lease, { renew });
            },
            inspect: async (resource, options) => {
              const state = await executionLocks.inspect(resource, options);
              return state && { ...state, acquiredAt: renewed.get(resource) ?? state.acquiredAt };
            },
          }),
        },
      };
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
];

export const lockSaboteurs: readonly Saboteur[] = [
  ...fences,
  ...foreignLeases,
  ...lapse,
  ...holders,
  ...contenders,
];

function folded(resource: string): string {
  return typeof resource === 'string' ? resource.toLowerCase() : resource;
}

function lockHeld(resource: string): DataAdapterError {
  return new DataAdapterError('LOCK_HELD', `lock ${resource} is held`, { id: resource });
}
