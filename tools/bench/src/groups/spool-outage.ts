import { setTimeout as delay } from 'node:timers/promises';

import { isSpooled } from '@test-coordinator/adapter-spool';
import { systemClock } from '@test-coordinator/ports';

import type { BenchmarkGroup } from '../measure.js';
import type { Scale } from '../records.js';
import { loadOf, percentile } from '../spool/load.js';
import { LIMITS, SpooledServer } from '../spool/spooled-server.js';

const PER_SECOND = 500;

/** What outages of PostgreSQL cost its callers. Compares nothing: each line is a figure and what it is to reach. */
export async function* spoolOutage({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  process.stdout.write('\noutages of PostgreSQL behind a spool\n');
  const seconds = 60 / divisor;
  await away(seconds);
  await openBreaker(10 / Math.min(divisor, 2));
  for (const outage of OUTAGES) await longestCalls(outage);
  yield* [];
}

/** G3 and G6: recording goes on while the server is dead, and what waits is stored once it is back. */
async function away(seconds: number): Promise<void> {
  await using world = await SpooledServer.start();
  const runId = await world.newRun();
  await world.server.kill();
  let spooled = 0;
  const load = await loadOf({ perSecond: PER_SECOND, seconds }, async () => {
    if (isSpooled(await world.ports.testResults.create(result(runId)))) spooled += 1;
  });
  await world.server.restart();
  const back = performance.now();
  let recoveredMs: number | undefined;
  let storedMs: number | undefined;
  while (recoveredMs === undefined || storedMs === undefined) {
    const counted = await world.ports.testResults.countByStatus({ runId }).catch(() => undefined);
    if (counted !== undefined) recoveredMs ??= performance.now() - back;
    if ((await world.spool.status()).waitingRecords === 0) storedMs ??= performance.now() - back;
    await delay(10);
  }
  const { passed } = await world.ports.testResults.countByStatus({ runId });
  told(
    `dead for ${seconds} s at ${PER_SECOND} results/s: ${load.latencies.length - load.refused} accepted, ${spooled} of them by the spool, ${passed} stored`,
  );
  told(`  p99 ${ms(percentile(load, 0.99))}, longest ${ms(percentile(load, 1))}`, 'p99 under 20 ms');
  told(`  first answer of the store ${ms(recoveredMs)} after it takes connections`, 'under 1 s');
  told(`  all stored ${ms(storedMs)} after that`, 'under 10 s');
}

/** G5: a store that is known to be away costs its callers nothing. */
async function openBreaker(seconds: number): Promise<void> {
  await using world = await SpooledServer.start();
  const runId = await world.newRun();
  world.proxy.inject({ kind: 'refuse' });
  world.proxy.cut();
  while ((await world.spool.status()).breaker === 'closed')
    await world.ports.testResults.countByStatus().catch(() => 0);
  const before = world.proxy.counts.refused;
  const refused = await loadOf({ perSecond: PER_SECOND, seconds }, () =>
    world.ports.testResults.countByStatus(),
  );
  const attempts = (world.proxy.counts.refused - before) / seconds;
  const known = await loadOf({ perSecond: PER_SECOND, seconds: seconds / 2 }, () =>
    world.ports.testRuns.getById(runId),
  );
  told(
    `breaker open: refused in p99 ${ms(percentile(refused, 0.99))}, known in p99 ${ms(percentile(known, 0.99))}`,
    'under 2 ms',
  );
  told(`  ${attempts.toFixed(1)} attempts to connect a second`, 'at most 2');
}

interface Outage {
  readonly name: string;
  readonly options?: { readonly host?: string; readonly connections?: number };
  readonly begin: (world: SpooledServer, runId: string) => void | Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  { name: 'killed', begin: (world) => world.server.kill() },
  { name: 'stopped (SIGSTOP)', begin: (world) => world.signal('SIGSTOP') },
  { name: 'black hole', begin: ({ proxy }) => proxy.inject({ kind: 'black hole' }) },
  { name: 'replies are dropped', begin: ({ proxy }) => proxy.inject({ kind: 'drop replies' }) },
  {
    name: 'connections are refused',
    begin: ({ proxy }) => {
      proxy.inject({ kind: 'refuse' });
      proxy.cut();
    },
  },
  { name: 'the name is unknown', options: { host: 'nowhere.invalid' }, begin: () => undefined },
  { name: 'all connections are busy', options: { connections: 2 }, begin: holdConnections },
];

/** G4: no call takes longer than the settings say. */
async function longestCalls({ name, options, begin }: Outage): Promise<void> {
  await using world = await SpooledServer.start(options);
  const runId = await world.newRun();
  await begin(world, runId);
  const [writes, reads] = await Promise.all([
    loadOf({ perSecond: 50, seconds: 3 }, () => world.ports.testResults.create(result(runId))),
    loadOf({ perSecond: 20, seconds: 3 }, () => world.ports.testResults.getByRun(runId)),
  ]);
  if (name.startsWith('stopped')) world.signal('SIGCONT');
  world.proxy.heal();
  const { patienceMs, poolTimeoutMs, queryTimeoutMs } = LIMITS;
  const reach = `${patienceMs + 100} and ${poolTimeoutMs + queryTimeoutMs + 100} ms`;
  told(
    `${name}: longest write ${ms(percentile(writes, 1))} (${writes.refused} refused), read ${ms(percentile(reads, 1))}`,
    `at most ${reach}`,
  );
}

/** Takes each connection for longer than the load lasts. */
async function holdConnections(world: SpooledServer): Promise<void> {
  let held = 0;
  const hold = (): Promise<void> =>
    world.ports.unitOfWork.run(async ({ testRuns }) => {
      await testRuns.getRecentRuns({ limit: 1 });
      held += 1;
      await delay(4_000);
    });
  for (let count = 0; count < 2; count += 1) hold().catch(() => undefined);
  while (held < 2) await delay(5);
}

function result(runId: string) {
  return {
    runId,
    assertionType: 'latency' as const,
    expectedValue: 'p99 < 250 ms',
    actualValue: '120 ms',
    status: 'passed' as const,
    verificationTime: systemClock.now(),
  };
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
}

function told(line: string, reach?: string): void {
  process.stdout.write(`  ${line}${reach === undefined ? '' : ` (reach: ${reach})`}\n`);
}
