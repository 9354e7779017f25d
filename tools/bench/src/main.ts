import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { auditedCreate } from './groups/audited-create.js';
import { cache } from './groups/cache.js';
import { countByStatus } from './groups/count-by-status.js';
import { createResult } from './groups/create-result.js';
import { embeddedStart } from './groups/embedded-start.js';
import { getById } from './groups/get-by-id.js';
import { listByRun } from './groups/list-by-run.js';
import { postgresGet, postgresList, postgresPages } from './groups/postgres-read.js';
import { postgresBulk, postgresCreate, postgresStart, postgresUpdate } from './groups/postgres-write.js';
import { cacheRedis, incrementRedis, manyRedis, patternRedis } from './groups/redis-cache.js';
import { locksRedis, registryRedis } from './groups/redis-coordination.js';
import { serviceLoad } from './groups/service-load.js';
import { serviceSoak } from './groups/service-soak.js';
import { runComparison } from './groups/run-comparison.js';
import { spoolAppend } from './groups/spool-append.js';
import { spoolOutage } from './groups/spool-outage.js';
import { validation } from './groups/validation.js';
import { hardware } from './hardware.js';
import { measure, type BenchmarkGroup, type Figure } from './measure.js';
import type { Scale } from './records.js';

/** Each group is built when the one before has been measured, so that its records do not weigh on the others. */
type Groups = (scale: Scale) => AsyncIterable<BenchmarkGroup>;

const GROUPS: Readonly<Record<string, Groups>> = {
  'get-by-id': getById,
  'create-result': createResult,
  'list-by-run': listByRun,
  'count-by-status': countByStatus,
  cache,
  validation,
  'postgres-get': postgresGet,
  'postgres-list': postgresList,
  'postgres-pages': postgresPages,
  'postgres-create': postgresCreate,
  'postgres-bulk': postgresBulk,
  'postgres-update': postgresUpdate,
  'postgres-start': postgresStart,
  'run-comparison': runComparison,
  'audited-create': auditedCreate,
  'redis-cache': cacheRedis,
  'redis-increment': incrementRedis,
  'redis-many': manyRedis,
  'redis-pattern': patternRedis,
  'redis-registry': registryRedis,
  'redis-locks': locksRedis,
  'embedded-start': embeddedStart,
  'spool-append': spoolAppend,
  'spool-outage': spoolOutage,
  'service-load': serviceLoad,
  'service-soak': serviceSoak,
};
const FULL: Scale = { rounds: 7, divisor: 1 };
const QUICK: Scale = { rounds: 3, divisor: 10 };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, child: { type: 'boolean', default: false } },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(GROUPS, name));
  if (unknown !== undefined) {
    throw new TypeError(`there is no group ${unknown}; the groups are ${Object.keys(GROUPS).join(', ')}`);
  }
  const scale = values.quick ? QUICK : FULL;
  const names = positionals.length > 0 ? positionals : Object.keys(GROUPS);
  if (values.child) {
    for (const name of names) {
      for await (const group of GROUPS[name]!(scale)) print(group, await measure(group, scale.rounds));
    }
    return;
  }
  process.stdout.write(`${hardware()}\n${scale.rounds} rounds, medians; the first row of each group is 1\n`);
  for (const name of names) runInOwnProcess([name, ...(values.quick ? ['--quick'] : [])]);
}

/** In one process, what earlier groups left to collect and to optimise made a create cost twice as much. */
function runInOwnProcess(args: readonly string[]): void {
  const main = fileURLToPath(import.meta.url);
  const { status } = spawnSync(process.execPath, [main, '--child', ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status ?? 'a signal'}`);
}

function print({ title, reach }: BenchmarkGroup, figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const lines = figures.map(({ name, operationsPerSecond, microseconds, cpuMicroseconds, ratio }) => {
    const columns = [
      `${Math.round(operationsPerSecond).toLocaleString('en')}/s`.padStart(15),
      `${microseconds.toFixed(3)} µs`.padStart(15),
      `${cpuMicroseconds.toFixed(3)} µs CPU`.padStart(19),
      ratio.toPrecision(3).padStart(10),
    ];
    return `  ${name.padEnd(width)}${columns.join('')}`;
  });
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
  if (reach !== undefined) process.stdout.write(`  reach: ${reach}\n`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
