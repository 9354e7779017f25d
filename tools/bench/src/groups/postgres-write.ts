import type { BenchmarkGroup } from '../measure.js';
import { Arena, RESULTS_OF, RUNS_OF } from '../postgres/arena.js';
import type { Scale } from '../records.js';

const CREATORS = [
  'pg, named statements',
  'adapter-postgres',
  'postgres.js',
  'Kysely',
  'Drizzle',
  'TypeORM repository',
];
const BULK_CREATORS = [
  'pg, COPY text',
  'pg, UNNEST',
  'adapter-postgres',
  'postgres.js',
  'Kysely',
  'Drizzle',
  'TypeORM repository',
];
/** Rows that are there before, so that the indexes have some depth. */
const FILLED = 50_000;
const BULK = 1_000;

/** Results recorded one at a time, by a lone caller and by 32, each with its own outcome. */
export function postgresCreate({ divisor, rounds }: Scale): AsyncIterable<BenchmarkGroup> {
  return Arena.with(CREATORS, { syncs: true }, async function* (arena) {
    await arena.fill(FILLED / divisor);
    for (const [callers, count] of [
      [1, 200],
      [32, 2_000],
    ] as const) {
      const operations = count / divisor;
      const runs = await runsOf(arena, CREATORS);
      yield {
        title: `create of a result, ${callers === 1 ? '1 caller' : `${callers} callers`}, ${arena.title}`,
        reach: `${callers === 1 ? '0.9' : '1.4'} of pg, with validation, parent check and same-id rule`,
        contenders: arena.contend(operations, (name) => ({
          kind: 'create',
          callers,
          runId: runs.get(name)![0]!,
          operations,
        })),
      };
      await arena.checkStored(runs, RESULTS_OF, operations * (rounds + 1));
    }
  });
}

/** 1,000 results at once. */
export function postgresBulk({ divisor, rounds }: Scale): AsyncIterable<BenchmarkGroup> {
  return Arena.with(BULK_CREATORS, { syncs: true }, async function* (arena) {
    await arena.fill(FILLED / divisor);
    const batches = 3 / Math.min(divisor, 3);
    const runs = await runsOf(arena, BULK_CREATORS);
    yield {
      title: `bulkCreate of 1,000 results, 1 caller, ${arena.title}`,
      reach: '0.8 of COPY, with validation, parent check and same-id rule',
      contenders: arena.contend(batches, (name) => ({
        kind: 'bulk',
        runId: runs.get(name)![0]!,
        batches,
        size: BULK,
      })),
    };
    await arena.checkStored(runs, RESULTS_OF, batches * BULK * (rounds + 1));
  });
}

/** One field of a run under the guard of its version. */
export function postgresUpdate({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  return Arena.with(CREATORS, { syncs: true }, async function* (arena) {
    const operations = 200 / divisor;
    const runs = await runsOf(arena, CREATORS, operations);
    const versions = new Map<string, number>();
    yield {
      title: `update of a run, 1 caller, ${arena.title}`,
      reach: '0.9 of pg, with validation, and telling a missing run from another version',
      contenders: arena.contend(operations, (name) => {
        const version = (versions.get(name) ?? 0) + 1;
        versions.set(name, version);
        return { kind: 'update', runIds: runs.get(name)!, version };
      }),
    };
    await arena.checkStored(runs, RUNS_OF, operations);
  });
}

/** A pending run starts: a state move, which no ORM has as one step. */
export function postgresStart({ divisor, rounds }: Scale): AsyncIterable<BenchmarkGroup> {
  const names = ['pg, named statements', 'adapter-postgres'];
  return Arena.with(names, { syncs: true }, async function* (arena) {
    const operations = 200 / divisor;
    const started = new Map<string, string[]>(names.map((name) => [name, []]));
    yield {
      title: `start of a run, 1 caller, ${arena.title}`,
      reach: '0.9 of pg, with the rules of moves and fences',
      contenders: arena.contend(operations, async (name) => {
        const runIds = await arena.addRuns(operations);
        started.get(name)!.push(...runIds);
        return { kind: 'start', runIds };
      }),
    };
    await arena.checkStored(started, RUNS_OF, operations * (rounds + 1));
  });
}

async function runsOf(
  arena: Arena,
  names: readonly string[],
  count = 1,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const runs = new Map<string, readonly string[]>();
  for (const name of names) runs.set(name, await arena.addRuns(count));
  return runs;
}
