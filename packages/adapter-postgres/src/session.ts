import {
  checkFence,
  DataAdapterError,
  throwIfAborted,
  type CallOptions,
  type Logger,
} from '@test-coordinator/ports';
import type { PoolClient, QueryArrayConfig } from 'pg';

import { columnTypes } from './column-parsers.js';
import { connectFailure, statementFailure, type StatementKind } from './failures.js';
import type { GuardedPool } from './guarded-pool.js';

/** A statement's text, and the name under which the server keeps its plan; without a name it is planned each time. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}
export type Row = readonly unknown[];

/** What the repositories run on: the pool, or one connection inside a unit of work. */
export interface Session {
  /** Whether calls of many callers may share a statement: not inside a unit of work. */
  readonly shared: boolean;
  /** A port method that changes nothing. */
  read<Value>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value>;
  /** A port method that writes: a unit of work that had one refused is not committed. */
  write<Value>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value>;
  query(statement: Statement, values: readonly unknown[], kind: StatementKind): Promise<readonly Row[]>;
}

export interface SessionOptions {
  /** Named statements live on a server connection, which pgbouncer in transaction mode hands around. */
  readonly namedStatements: boolean;
  /** Whether each statement has a line in the log. */
  readonly logStatements: boolean;
  readonly logger: Logger;
}

/** Runs each statement on its own connection, and knows which calls are under way. */
export class PoolSession implements Session {
  readonly shared = true;
  #pool: GuardedPool | undefined;
  /** Why no call is let in. */
  #closed: string | undefined = 'is not started; call start first';
  #underWay = 0;
  #whenIdle: (() => void) | undefined;

  constructor(readonly options: SessionOptions) {}

  read<Value>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> {
    if (this.#closed !== undefined) return Promise.reject(closed(this.#closed));
    this.#underWay += 1;
    const call = runCall(operation, options, this.options.logger, work);
    call.then(this.#ended, this.#ended);
    return call;
  }

  write<Value>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> {
    return this.read(operation, options, work);
  }

  /** By callbacks: every promise on the way is felt by a lone reader. */
  query(statement: Statement, values: readonly unknown[], kind: StatementKind): Promise<readonly Row[]> {
    if (this.options.logStatements) return this.#logged(statement, values, kind);
    return new Promise((resolve, reject) => {
      this.#pool!.connect((error, client) => {
        if (client === undefined) return reject(connectFailure(error));
        client.query(queryOf(statement, values, this.options), (failure: Error | null, result) => {
          client.release(failure ?? undefined);
          if (failure) reject(statementFailure(failure, kind));
          else resolve(result.rows);
        });
      });
    });
  }

  async acquire(): Promise<PoolClient> {
    try {
      return await this.#pool!.connect();
    } catch (error) {
      throw connectFailure(error);
    }
  }

  async #logged(
    statement: Statement,
    values: readonly unknown[],
    kind: StatementKind,
  ): Promise<readonly Row[]> {
    const client = await this.acquire();
    try {
      const rows = await runStatement(client, statement, values, this.options);
      client.release();
      return rows;
    } catch (error) {
      client.release(error as Error);
      throw statementFailure(error, kind);
    }
  }

  readonly #ended = (): void => {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#whenIdle?.();
  };

  /** Lets calls in. */
  open(pool: GuardedPool): void {
    this.#pool = pool;
    this.#closed = undefined;
  }

  /** Refuses new calls and resolves when those under way have settled. */
  async close(): Promise<void> {
    this.#closed = 'has been stopped';
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }
}

function closed(what: string): DataAdapterError {
  return new DataAdapterError('CLOSED', `the PostgreSQL adapter ${what}`);
}

/** The one way in which a port method runs: refused when aborted, and logged without its values. */
export async function runCall<Value>(
  operation: string,
  options: CallOptions | undefined,
  logger: Logger,
  work: () => Promise<Value>,
): Promise<Value> {
  if (options !== undefined) {
    throwIfAborted(options);
    checkFence(options);
  }
  if (!logger.isDebugEnabled()) return work();
  const value = await work();
  logger.debug({ operation, actor: options?.actor, requestId: options?.requestId }, `${operation} done`);
  return value;
}

export async function runStatement(
  client: PoolClient,
  statement: Statement,
  values: readonly unknown[],
  options: SessionOptions,
): Promise<readonly Row[]> {
  const { logStatements, logger } = options;
  const query = queryOf(statement, values, options);
  if (!logStatements || !logger.isDebugEnabled()) return (await client.query(query)).rows;
  const start = performance.now();
  const { rows } = await client.query(query);
  const durationMs = Math.round((performance.now() - start) * 1_000) / 1_000;
  logger.debug({ statement: statement.name ?? 'unnamed', rows: rows.length, durationMs }, 'statement');
  return rows;
}

function queryOf(
  { name, text }: Statement,
  values: readonly unknown[],
  { namedStatements }: SessionOptions,
): QueryArrayConfig<unknown[]> {
  const query = { text, values: values as unknown[], rowMode: 'array' as const, types: columnTypes };
  return namedStatements && name !== undefined ? { ...query, name } : query;
}
