import { creationContent, type TestResult } from '@test-coordinator/domain';
import { DataAdapterError } from '@test-coordinator/ports';

import { alreadyExists, contended, parentMissing, type Parent } from './creation-refusals.js';
import { MAX_TRIES } from './record-creation.js';
import { arrayParameter } from './record-table.js';
import type { Session } from './session.js';
import type { Row, Statement } from './statement-exchange.js';
import type { Tables } from './tables.js';

/** What stood in the way of a batch. */
interface Obstacles {
  /** What is stored already, by id. */
  readonly existing: ReadonlyMap<string, TestResult>;
  readonly missingRuns: ReadonlySet<string>;
}

/**
 * Stores batches of results, all or none, in one statement: nothing is inserted when a result is stored already or a run
 * is missing, and what stood in the way comes back. A rival that stores one of the ids in between breaks the primary
 * key, which undoes the batch; it is sent again and meets the rival's record.
 */
export class ResultBatches {
  readonly #parent: Parent<TestResult>;
  readonly #insert: Statement;
  readonly #check: Statement;

  constructor(
    private readonly session: Session,
    private readonly tables: Tables,
  ) {
    const { results, runs } = tables;
    this.#parent = { name: runs.name, column: 'run_id', entity: 'run', property: 'runId' };
    const count = results.columns.length;
    const arrays = results.columns.map(({ type }, index) => arrayParameter(index + 1, type)).join(', ');
    const nulls = results.columns.map(({ type }) => `NULL::${type}`).join(', ');
    // $1 are the ids; the runs, each once, come last.
    const obstacles = (runIds: string): string => `parent AS MATERIALIZED (
  SELECT run_id FROM ${runs.name} WHERE run_id = ANY (${runIds}) FOR KEY SHARE),
existing AS MATERIALIZED (SELECT ${results.list()} FROM ${results.name} WHERE result_id = ANY (${arrayParameter(1, 'uuid')})),
missing AS (SELECT run_id FROM unnest(${runIds}) AS t (run_id) WHERE run_id NOT IN (SELECT run_id FROM parent))`;
    const answer = `SELECT NULL::uuid, ${results.list()} FROM existing UNION ALL SELECT run_id, ${nulls} FROM missing`;
    this.#check = {
      name: 'result-check-all',
      text: `WITH ${obstacles(arrayParameter(2, 'uuid'))}\n${answer}`,
    };
    this.#insert = {
      name: 'result-create-all',
      text: `WITH ${obstacles(arrayParameter(count + 1, 'uuid'))},
stored AS (INSERT INTO ${results.name} (${results.list()}) SELECT * FROM unnest(${arrays})
  WHERE NOT EXISTS (SELECT FROM existing) AND NOT EXISTS (SELECT FROM missing))
${answer}`,
    };
  }

  /** The records as they are stored, in the order given. @throws DataAdapterError for the first record that is refused. */
  async create(records: readonly TestResult[]): Promise<readonly TestResult[]> {
    const { distinct, contradiction } = apart(records);
    if (contradiction !== undefined) {
      const before = records.slice(0, contradiction);
      this.#judge(before, await this.#obstaclesOf(before));
      throw alreadyExists('result', records[contradiction]!.resultId, `results[${contradiction}]`);
    }
    const stored = new Map<string, TestResult>();
    let fresh = distinct;
    for (let tries = 1; fresh.length > 0; tries += 1) {
      const obstacles = await this.#insertAll(fresh, tries);
      if (obstacles === undefined) continue;
      this.#judge(records, obstacles);
      if (obstacles.existing.size === 0) break;
      for (const [id, result] of obstacles.existing) stored.set(id, result);
      fresh = fresh.filter(({ resultId }) => !stored.has(resultId));
    }
    if (stored.size === 0 && distinct.length === records.length) return records;
    const byId = new Map(distinct.map((record) => [record.resultId, record]));
    return records.map(({ resultId }) => stored.get(resultId) ?? byId.get(resultId)!);
  }

  /** `undefined` when a rival got in between, so that the batch is to be sent again. */
  async #insertAll(fresh: readonly TestResult[], tries: number): Promise<Obstacles | undefined> {
    const values = [...this.tables.results.arrays(fresh), runsOf(fresh)];
    try {
      return this.#read(await this.session.query(this.#insert, values, 'write'));
    } catch (error) {
      if (!DataAdapterError.is(error) || error.code !== 'ALREADY_EXISTS') throw error;
      // A unit's transaction is lost with its first error: there is nothing left to send it again in.
      if (tries === MAX_TRIES || !this.session.shared) throw contended('result', fresh[0]!.resultId);
      return undefined;
    }
  }

  async #obstaclesOf(records: readonly TestResult[]): Promise<Obstacles> {
    const ids = records.map(({ resultId }) => resultId);
    return this.#read(await this.session.query(this.#check, [ids, runsOf(records)], 'read'));
  }

  #read(rows: readonly Row[]): Obstacles {
    const existing = new Map<string, TestResult>();
    const missingRuns = new Set<string>();
    for (const row of rows) {
      if (row[0] !== null) missingRuns.add(row[0] as string);
      else existing.set(row[1] as string, this.tables.results.read(row, 1));
    }
    return { existing, missingRuns };
  }

  #judge(records: readonly TestResult[], { existing, missingRuns }: Obstacles): void {
    if (existing.size === 0 && missingRuns.size === 0) return;
    for (const [index, record] of records.entries()) {
      const { resultId, runId } = record;
      const place = `results[${index}]`;
      const stored = existing.get(resultId);
      if (stored !== undefined) {
        if (creationContent(stored) !== creationContent(record))
          throw alreadyExists('result', resultId, place);
      } else if (missingRuns.has(runId)) {
        throw parentMissing('result', resultId, this.#parent, record, place);
      }
    }
  }
}

function runsOf(records: readonly TestResult[]): readonly string[] {
  return [...new Set(records.map(({ runId }) => runId))];
}

/**
 * Each record once, sorted by id: two batches that share ids then wait for each other in one order and never in a
 * circle. `contradiction` is the place of the first record whose id an earlier one has with other content.
 */
function apart(records: readonly TestResult[]): {
  distinct: TestResult[];
  contradiction: number | undefined;
} {
  const byId = new Map<string, TestResult>();
  let contradiction: number | undefined;
  for (const [index, record] of records.entries()) {
    const earlier = byId.get(record.resultId);
    if (earlier === undefined) byId.set(record.resultId, record);
    else if (creationContent(earlier) !== creationContent(record)) contradiction ??= index;
  }
  const distinct = [...byId.values()].sort((a, b) => (a.resultId < b.resultId ? -1 : 1));
  return { distinct, contradiction };
}
