import type { PostgresAdapter } from '@test-coordinator/adapter-postgres';
import { SpoolAdapter, type SpooledStatus } from '@test-coordinator/adapter-spool';
import { ScenarioCache } from '@test-coordinator/caching';
import type { Clock } from '@test-coordinator/ports';

import type { AdapterFactory } from '../composition/adapter-factory.js';
import type { Metrics, Readings } from './metrics.js';

const HEALTH = ['up', 'degraded', 'down'] as const;
const BREAKER = ['closed', 'open', 'probing'] as const;

/** What is observed beside the ports: the adapters that were chosen. */
export interface ObservedAdapters {
  readonly factory: AdapterFactory;
  /** Absent where the records are in memory. */
  readonly postgres: Pick<PostgresAdapter, 'connections'> | undefined;
  readonly clock: Clock;
}

/** Lets the metrics tell how the adapters are doing. */
export function observeAdapters(metrics: Metrics, { factory, postgres, clock }: ObservedAdapters): void {
  metrics.gauge(
    'adapter_health',
    'The state of an adapter: 1 for the one that it is in',
    ['adapter', 'status'],
    async () => {
      const { adapters } = await factory.checkHealth();
      return adapters.flatMap(({ name, status }) => stateOf(HEALTH, status, 'status', { adapter: name }));
    },
  );
  metrics.gauge('services', 'Service instances that are registered, stale ones too', [], async () =>
    only(await factory.getServiceDiscoveryRepository().getServiceCount()),
  );
  observeSpool(metrics, factory, clock);
  observeScenarioCache(metrics, factory.findAdapter(ScenarioCache));
  if (postgres === undefined) return;
  metrics.gauge(
    'postgres_connections',
    'Connections to PostgreSQL by what they do, and calls that wait for one',
    ['state'],
    () => {
      const { total, idle, waiting } = postgres.connections;
      return [
        { labels: { state: 'busy' }, value: total - idle },
        { labels: { state: 'idle' }, value: idle },
        { labels: { state: 'awaited' }, value: waiting },
      ];
    },
  );
}

function observeSpool(metrics: Metrics, factory: AdapterFactory, clock: Clock): void {
  const spool = factory.findAdapter(SpoolAdapter);
  if (spool === undefined) return;
  const read = (name: string, help: string, value: (status: SpooledStatus) => number): void => {
    metrics.gauge(`spool_${name}`, help, [], async () => only(value(await spool.status())));
  };
  read('waiting_records', 'Accepted records that are not stored yet', ({ waitingRecords }) => waitingRecords);
  read('oldest_seconds', 'How long the oldest of them waits; 0 when none does', ({ oldestAcceptedAt }) =>
    oldestAcceptedAt === null ? 0 : Math.max(0, clock.now().getTime() - oldestAcceptedAt.getTime()) / 1_000,
  );
  read('bytes', 'Size of the spool on disk', ({ bytes }) => bytes);
  read('max_bytes', 'Size beyond which records are refused', ({ maxBytes }) => maxBytes);
  read('accepting', 'Whether a record would be taken now', ({ isAccepting }) => Number(isAccepting));
  read(
    'dead_letters',
    'Records that the store refused and a person must look at',
    ({ deadLetters }) => deadLetters,
  );
  metrics.gauge(
    'breaker_state',
    'The state of the breaker before PostgreSQL: 1 for the one that it is in',
    ['state'],
    async () => stateOf(BREAKER, (await spool.status()).breaker, 'state'),
  );
}

function observeScenarioCache(metrics: Metrics, cache: ScenarioCache | undefined): void {
  if (cache === undefined) return;
  metrics.counter(
    'scenario_cache_reads_total',
    'Reads of scenarios by id: from the cache, from the store, or past a cache that was away',
    ['outcome'],
    () => {
      const { hits, misses, bypasses } = cache.counts;
      return [
        { labels: { outcome: 'hit' }, value: hits },
        { labels: { outcome: 'miss' }, value: misses },
        { labels: { outcome: 'bypass' }, value: bypasses },
      ];
    },
  );
}

function only(value: number): Readings {
  return [{ labels: {}, value }];
}

/** One reading for each state, so that a query sees the end of one as well as its beginning. */
function stateOf<State extends string>(
  states: readonly State[],
  present: State,
  label: string,
  others: Readonly<Record<string, string>> = {},
): Readings {
  return states.map((state) => ({ labels: { ...others, [label]: state }, value: Number(state === present) }));
}
