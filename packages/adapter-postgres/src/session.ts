import {
  checkFence,
  DataAdapterError,
  throwIfAborted,
  type CallOptions,
  type Logger,
} from '@test-coordinator/ports';
import type { PoolClient } from 'pg';

import { connectFailure, statementFailure, type StatementKind } from './failures.js';
import type { GuardedPool } from './guarded-pool.js';
import { parameter } from './parameters.js';
import type { Row, Statement } from './statement-exchange.js';
import type { StatementSender } from './statement-sender.js';

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

/** How the pool is used now. */
export interface ConnectionCounts {
  readonly total: number;
  /** Of these, ready for the next call. */
  readonly idle: number;
  /** Calls that wait for one. */
  readonly waiting: number;
}

/** Runs each statement on its own connection, and knows which calls are under way. */
export class PoolSession implements Session {
  readonly shared = true;
  #pool: GuardedPool | undefined;
  /** Why no call is let in. */
  #closed: DataAdapterError | undefined = closed('is not started; call start first');
  #underWay = 0;
  #whenIdle: (() => void) | undefined;

  constructor(
    readonly sender: StatementSender,
    readonly logger: Logger,
  ) {}

  read<Value>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    this.#underWay += 1;
    const call = runCall(operation, options, this.logger, work);
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
    return new Promise((resolve, reject) => {
      const parameters = values.map(parameter);
      this.#pool!.connect((error, client) => {
        if (client === undefined) return reject(connectFailure(error));
        this.sender.send(client, statement, parameters, (failure, answered) => {
          client.release(failure ?? undefined);
          if (failure === null) resolve(answered.rows);
          else reject(statementFailure(failure, kind));
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

  readonly #ended = (): void => {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#whenIdle?.();
  };

  /** Lets calls in. */
  open(pool: GuardedPool): void {
    this.#pool = pool;
    this.#closed = undefined;
  }

  get connections(): ConnectionCounts {
    const { totalCount: total = 0, idleCount: idle = 0, waitingCount: waiting = 0 } = this.#pool ?? {};
    return { total, idle, waiting };
  }

  /** Refuses calls with this error until it is opened. */
  refuse(reason: DataAdapterError): void {
    this.#closed = reason;
  }

  /** Refuses new calls and resolves when those under way have settled. */
  async close(): Promise<void> {
    this.#closed = closed('has been stopped');
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
