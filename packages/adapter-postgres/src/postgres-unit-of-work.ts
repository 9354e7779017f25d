import type { CallOptions, Clock, IdGenerator, Repositories, UnitOfWork } from '@test-coordinator/ports';

import { recordRepositories } from './record-repositories.js';
import type { PoolSession } from './session.js';
import type { Tables } from './tables.js';
import { runInTransaction } from './unit-session.js';

export interface UnitOfWorkContext {
  readonly session: PoolSession;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/**
 * Units of work as transactions. A record that a unit has written is locked for others until the unit is over: they
 * wait, at most for the server's lock timeout.
 */
export class PostgresUnitOfWork implements UnitOfWork {
  constructor(private readonly context: UnitOfWorkContext) {}

  run<Value>(work: (repositories: Repositories) => Promise<Value>, options?: CallOptions): Promise<Value> {
    const { session, ...context } = this.context;
    return session.write('unitOfWork.run', options, () =>
      runInTransaction(session, (unit) => work(recordRepositories({ ...context, session: unit }))),
    );
  }
}
