import {
  checkFence,
  DataAdapterError,
  throwIfAborted,
  type CallOptions,
  type Clock,
  type IdGenerator,
  type Logger,
  type Repositories,
  type UnitOfWork,
} from '@test-coordinator/ports';

import { Calls, type CallGate } from './calls.js';
import type { CommittedRecords } from './committed-records.js';
import { recordRepositories } from './record-repositories.js';
import { UnitRecords } from './unit-records.js';

/** What units of work need. */
export interface UnitOfWorkContext {
  readonly committed: CommittedRecords;
  readonly gate: CallGate;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Told of each unit under way, so that a stop waits for it. */
  readonly track: (unit: Promise<unknown>) => void;
}

/** Lets in the calls of one unit of work until it has settled, and remembers its first refused write. */
class UnitGate implements CallGate {
  #isOpen = true;
  #refusal: { readonly error: unknown } | undefined;

  get refusal(): { readonly error: unknown } | undefined {
    return this.#refusal;
  }

  assertOpen(): void {
    if (this.#isOpen) return;
    throw new DataAdapterError('CLOSED', 'this unit of work has settled; start another one');
  }

  writeRefused(error: unknown): void {
    this.#refusal ??= { error };
  }

  close(): void {
    this.#isOpen = false;
  }
}

/**
 * Units of work in memory. Each sees its own writes over what is committed at the moment. A unit that is run inside
 * another is a unit of its own: it commits by itself, and sees nothing of the outer one.
 */
export class StubUnitOfWork implements UnitOfWork {
  readonly #context: UnitOfWorkContext;

  constructor(context: UnitOfWorkContext) {
    this.#context = context;
  }

  run<Value>(work: (repositories: Repositories) => Promise<Value>, options?: CallOptions): Promise<Value> {
    const unit = this.#run(work, options);
    this.#context.track(unit);
    return unit;
  }

  async #run<Value>(
    work: (repositories: Repositories) => Promise<Value>,
    options: CallOptions | undefined,
  ): Promise<Value> {
    const { committed, gate, clock, ids, logger } = this.#context;
    gate.assertOpen();
    throwIfAborted(options);
    checkFence(options);
    const unitGate = new UnitGate();
    const records = new UnitRecords(committed);
    let value: Value;
    try {
      value = await work(recordRepositories({ records, calls: new Calls(unitGate, logger), clock, ids }));
    } catch (error) {
      throw unitGate.refusal === undefined ? error : unitGate.refusal.error;
    } finally {
      unitGate.close();
    }
    if (unitGate.refusal !== undefined) throw unitGate.refusal.error;
    records.commit();
    if (logger.isDebugEnabled()) {
      const { actor, requestId } = options ?? {};
      logger.debug({ operation: 'unitOfWork.run', actor, requestId }, 'unitOfWork.run done');
    }
    return value;
  }
}
