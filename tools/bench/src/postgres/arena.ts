import { createPostgresAdapter, migrate } from '@test-coordinator/adapter-postgres';
import { PostgresServer } from '@test-coordinator/services';
import pg from 'pg';

import type { Contender } from '../measure.js';
import { addResults, ids } from '../records.js';
import { RemoteContender } from '../remote-contender.js';
import { SCHEMA } from './result-row.js';
import type { Task, TaskReport } from './task.js';

const PROGRAM = new URL('contender-process.js', import.meta.url);
const SCENARIO = 'order-latency';
const RESULTS_OF_A_RUN = 200;

/** A throw-away server with the product's schema, and the contenders that work on it, each in its own process. */
export class Arena {
  readonly #samples = new Map<string, string>();

  private constructor(
    private readonly server: PostgresServer,
    private readonly sql: pg.Client,
    private readonly contenders: readonly RemoteContender<Task, TaskReport>[],
    /** What the server is, for titles. */
    readonly title: string,
  ) {}

  /** Opens an arena for the time that `use` takes. One that syncs keeps what is committed, as users' servers do. */
  static async *with<Item>(
    names: readonly string[],
    { syncs }: { readonly syncs: boolean },
    use: (arena: Arena) => AsyncIterable<Item>,
  ): AsyncIterable<Item> {
    const settings = syncs ? { fsync: 'on', full_page_writes: 'on' } : {};
    await using server = await PostgresServer.start({ settings });
    await migrate({ url: server.url });
    const sql = new pg.Client({ connectionString: server.url });
    await sql.connect();
    const contenders: RemoteContender<Task, TaskReport>[] = [];
    try {
      await sql.query(
        `INSERT INTO ${SCHEMA}.scenarios VALUES ($1, 'Order latency', NULL, 'network_latency', 'active', '{}', '{}', '{}', '{}', '{}', NULL, now(), now(), 1, '')`,
        [SCENARIO],
      );
      for (const name of names) contenders.push(await RemoteContender.start(PROGRAM, name, server.url));
      const { rows } = await sql.query<{ server_version: string }>('SHOW server_version');
      const title = `PostgreSQL ${rows[0]!.server_version} ${syncs ? 'with' : 'without'} fsync`;
      yield* use(new Arena(server, sql, contenders, title));
    } finally {
      for (const contender of contenders) contender.stop();
      await sql.end();
    }
  }

  get url(): string {
    return this.server.url;
  }

  /** Stores results by the product and answers with their ids and those of the runs; by default a run has two pages. */
  async fill(
    count: number,
    ofARun = RESULTS_OF_A_RUN,
  ): Promise<{ resultIds: readonly string[]; runIds: readonly string[] }> {
    const runIds = await this.addRuns(count / ofARun);
    const adapter = createPostgresAdapter({ settings: { url: this.server.url } });
    await adapter.start();
    try {
      const resultIds = await addResults(adapter, runIds, count);
      await this.sql.query('VACUUM ANALYZE');
      return { resultIds, runIds };
    } finally {
      await adapter.stop();
    }
  }

  /** New pending runs, and their ids. */
  async addRuns(count: number): Promise<readonly string[]> {
    const runIds = Array.from({ length: count }, () => ids.next());
    await this.sql.query(
      `INSERT INTO ${SCHEMA}.test_runs (run_id, scenario_id, status, configuration_snapshot, test_environment, pinned, unverified, created_at, updated_at, version, creation_hash)
SELECT id, $2, 'pending', '{}', 'staging', false, false, now(), now(), 1, '' FROM unnest($1::uuid[]) AS t (id)`,
      [runIds, SCENARIO],
    );
    return runIds;
  }

  /** The contenders of a group; `taskOf` is asked before each of their rounds. */
  contend(operations: number, taskOf: (name: string) => Task | Promise<Task>): readonly Contender[] {
    return this.contenders.map((contender) => {
      let task: Task;
      return {
        name: contender.name,
        operations,
        prepare: async () => {
          task = await taskOf(contender.name);
        },
        run: async () => {
          const report = await contender.perform(task);
          this.#samples.set(contender.name, report.sample);
          return report;
        },
      };
    });
  }

  /** @throws Error when the contenders have not answered the last read with the same. */
  checkAnswers(): void {
    this.#checkSame(this.#samples, 'answered');
    if ([...this.#samples.values()].includes('')) throw new Error('there are no answers to compare');
  }

  /**
   * Compares what one statement finds of each contender's runs, `$1`.
   * @throws Error when it is not the same, or there are not so many rows of each.
   */
  async checkStored(
    runsOf: ReadonlyMap<string, readonly string[]>,
    statement: string,
    rows: number,
  ): Promise<void> {
    const found = new Map<string, string>();
    for (const [name, runIds] of runsOf) {
      const answer = await this.sql.query<{ rows: number; content: string }>(statement, [runIds]);
      const { rows: count, content } = answer.rows[0]!;
      if (count !== rows) throw new Error(`${name} left ${count} rows and not ${rows}`);
      found.set(name, content);
    }
    this.#checkSame(found, 'stored');
  }

  #checkSame(told: ReadonlyMap<string, string>, what: string): void {
    const [first, ...others] = told;
    const other = others.find(([, content]) => content !== first?.[1]);
    if (other !== undefined) throw new Error(`${other[0]} ${what} other content than ${first![0]}`);
  }
}

/** How many results the runs `$1` have, and their content without ids and the time of storing. */
export const RESULTS_OF = `SELECT count(*)::int AS rows, md5(string_agg(content, ',' ORDER BY content)) AS content
FROM (SELECT (to_jsonb(t) - '{result_id,run_id,created_at}'::text[])::text AS content FROM ${SCHEMA}.test_results t WHERE run_id = ANY ($1)) s`;

/** The same for the runs themselves; of their times only whether they are there. */
export const RUNS_OF = `SELECT count(*)::int AS rows, md5(string_agg(content, ',' ORDER BY content)) AS content
FROM (SELECT concat_ws('|', status, version, test_environment, started_at IS NULL, updated_at > created_at) AS content
  FROM ${SCHEMA}.test_runs WHERE run_id = ANY ($1)) s`;
