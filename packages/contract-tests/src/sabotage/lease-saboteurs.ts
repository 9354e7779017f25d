import { DataAdapterError, type ExecutionLocks, type Lease } from '@test-coordinator/ports';

import { instead, onRefusal, type GoodWorld, type Saboteur } from './saboteur.js';

export type Acquire = ExecutionLocks['acquire'];

/** The locks, with every lease that they grant changed. */
export function withLeases(
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
export class LatestLeases {
  readonly #latest = new Map<string, Lease>();

  keep(lease: Lease): void {
    this.#latest.set(lease.resource, lease);
  }

  of({ resource }: { readonly resource: string }): Lease {
    return this.#latest.get(resource)!;
  }
}

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
];

/** Leases that are wrong about what they hold. */
export const leaseSaboteurs: readonly Saboteur[] = [...foreignLeases, ...lapse, ...holders];

export function lockHeld(resource: string): DataAdapterError {
  return new DataAdapterError('LOCK_HELD', `lock ${resource} is held`, { id: resource });
}
