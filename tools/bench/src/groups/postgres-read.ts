import { createPostgresAdapter } from '@test-coordinator/adapter-postgres';
import { encodeCursor, type PageRequest } from '@test-coordinator/ports';

import type { BenchmarkGroup } from '../measure.js';
import { Arena } from '../postgres/arena.js';
import { PAGE } from '../postgres/result-row.js';
import { picks, type Scale } from '../records.js';

const READERS = [
  'pg, named statements',
  'adapter-postgres',
  'postgres.js',
  'Kysely',
  'Drizzle',
  'TypeORM repository',
];

/** One result by its id among 100,000, for a lone caller and for 32. */
export function postgresGet({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  return Arena.with(READERS, { syncs: false }, async function* (arena) {
    const { resultIds } = await arena.fill(100_000 / divisor);
    for (const [callers, count] of [
      [1, 600],
      [32, 3_000],
    ] as const) {
      const operations = count / divisor;
      const ids = picks(operations, resultIds.length).map((index) => resultIds[index]!);
      yield {
        title: `getById, ${callersOf(callers)}, ${arena.title}`,
        reach: `${callers === 1 ? '0.9' : '2.5'} of pg, as domain records`,
        contenders: arena.contend(operations, () => ({ kind: 'get', callers, ids })),
      };
      arena.checkAnswers();
    }
  });
}

/** The first page of 100 of a run's results. */
export function postgresList({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  return Arena.with(READERS, { syncs: false }, async function* (arena) {
    const { runIds: all } = await arena.fill(100_000 / divisor);
    const operations = 100 / divisor;
    const runIds = picks(operations, all.length).map((index) => all[index]!);
    yield {
      title: `${PAGE} results by run, 1 caller, ${arena.title}`,
      reach: '0.95 of pg, as domain records',
      contenders: arena.contend(operations, () => ({ kind: 'list', runIds })),
    };
    arena.checkAnswers();
  });
}

/** The first page of a run with many results and one far behind it, by the same client. */
export function postgresPages({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  return Arena.with([], { syncs: false }, async function* (arena) {
    const count = 200_000 / divisor;
    const { resultIds, runIds } = await arena.fill(count, count);
    const runId = runIds[0]!;
    const before = count - 2 * PAGE;
    const cursor = encodeCursor([resultIds[before - 1]!]);
    const operations = 100 / divisor;
    await using adapter = createPostgresAdapter({ settings: { url: arena.url } });
    await adapter.start();
    const pages = async (request: PageRequest, first: string): Promise<void> => {
      for (let time = 0; time < operations; time += 1) {
        const { items } = await adapter.ports.testResults.getByRun(runId, { limit: PAGE, ...request });
        if (items.length !== PAGE || items[0]!.resultId !== first) throw new Error('this is another page');
      }
    };
    yield {
      title: `${PAGE} of ${count.toLocaleString('en')} results of one run, 1 caller, ${arena.title}`,
      reach: 'a deep page in 1.2 of the time of the first: a ratio of 0.83',
      contenders: [
        { name: 'first page', operations, run: () => pages({}, resultIds[0]!) },
        {
          name: `page ${(before / PAGE + 1).toLocaleString('en')}`,
          operations,
          run: () => pages({ cursor }, resultIds[before]!),
        },
      ],
    };
  });
}

function callersOf(count: number): string {
  return count === 1 ? '1 caller' : `${count} callers`;
}
