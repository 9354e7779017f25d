import { DataAdapterError, type CallOptions } from '@test-coordinator/ports';
import type { PoolClient } from 'pg';

import { statementFailure, type StatementKind } from './failures.js';
import { parameter, type Parameter } from './parameters.js';
import { sqlStateOf } from './sqlstate-codes.js';
import { runCall, type PoolSession, type Session } from './session.js';
import type { Answered, Row, Statement } from './statement-exchange.js';

/** One connection with an open transaction, lent to the repositories of one unit of work. */
export class UnitSession implements Session {
  readonly shared = false;
  /** The first write that was refused: the unit can no longer be committed. */
  refusal: Error | undefined;
  /** Why the connection can take no ROLLBACK: it broke, or still waits for an answer that timed out. */
  lost: Error | undefined;
  #closed = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: PoolClient,
    private readonly pool: PoolSession,
  ) {}

  async read<Value>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> {
    if (this.#closed) {
      throw new DataAdapterError('CLOSED', 'the unit of work is over; use the repositories while it runs');
    }
    return runCall(operation, options, this.pool.logger, work);
  }

  async write<Value>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> {
    try {
      return await this.read(operation, options, work);
    } catch (error) {
      this.refusal ??= error as Error;
      throw error;
    }
  }

  /** One statement after the other: a connection runs one at a time, and pg deprecates queueing them on its client. */
  query(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    const turn = this.#tail.then(() => this.#send(statement, values.map(parameter)));
    this.#tail = turn.catch(() => undefined);
    return turn.then(
      ({ rows }) => rows,
      // Before COMMIT nothing is stored, whatever was lost.
      (error: unknown) => this.#fail(error, 'read'),
    );
  }

  /** BEGIN, COMMIT or ROLLBACK; answers with what the server did. */
  control(command: string, kind: StatementKind): Promise<string> {
    return this.#send({ text: command }, undefined).then(
      (answered) => answered.command,
      (error: unknown) => this.#fail(error, kind),
    );
  }

  /** Refuses new calls; resolves when the statements that were sent have been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }

  #send(statement: Statement, parameters: Parameter[] | undefined): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.pool.sender.send(this.client, statement, parameters, (failure, answered) =>
        failure === null ? resolve(answered) : reject(failure),
      );
    });
  }

  #fail(error: unknown, kind: StatementKind): never {
    if (sqlStateOf(error) === undefined) this.lost ??= error as Error;
    throw statementFailure(error, kind);
  }
}

/**
 * Runs `work` in one transaction and commits it. A write that was refused, or a COMMIT that the server turned into
 * ROLLBACK, rejects: pg and TypeORM resolve on the latter, with nothing stored.
 */
export async function runInTransaction<Value>(
  session: PoolSession,
  work: (unit: UnitSession) => Promise<Value>,
): Promise<Value> {
  const client = await session.acquire();
  const unit = new UnitSession(client, session);
  try {
    await unit.control('BEGIN', 'read');
    const value = await work(unit);
    await unit.close();
    if (unit.refusal !== undefined) throw unit.refusal;
    if ((await unit.control('COMMIT', 'write')) !== 'COMMIT') throw aborted();
    return value;
  } catch (error) {
    await unit.close();
    if (unit.lost === undefined) await unit.control('ROLLBACK', 'read').catch(() => undefined);
    throw unit.refusal ?? error;
  } finally {
    client.release(unit.lost);
  }
}

function aborted(): DataAdapterError {
  return new DataAdapterError(
    'INTERNAL',
    'a statement of the unit failed, so PostgreSQL rolled it back; nothing was stored',
  );
}
