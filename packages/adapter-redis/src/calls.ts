import {
  DataAdapterError,
  checkFence,
  throwIfAborted,
  type CallOptions,
  type ErrorCode,
  type Logger,
  type LogFields,
} from '@test-coordinator/ports';

import { portError } from './failures.js';

/** What a call is, for the log and for its error. */
export interface CallKind {
  readonly operation: string;
  readonly ids?: LogFields;
  /** Doing it twice does something else than doing it once: without a reply it is `UNKNOWN_OUTCOME`. */
  readonly countsOnce?: boolean;
  /** A holder renews or gives back what it has: let in also while the adapter stops. */
  readonly isOfLease?: boolean;
}

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

const NO_IDS: LogFields = {};

/**
 * The one way in which a port method runs: refused when closed or aborted, with the driver's errors
 * turned into errors of the ports, and logged. Counts what is under way, so that a stop can wait for it.
 */
export class Calls {
  /** With what calls are refused; `undefined` while they are let in. */
  #refusal: Refusal | undefined = closed('is not started; call start first');
  #underWay = 0;
  #drained: (() => void) | undefined;

  constructor(private readonly logger: Logger) {}

  open(): void {
    this.#refusal = undefined;
  }

  /** Refuses calls with this code and message from now on. */
  refuse(code: ErrorCode, message: string): void {
    this.#refusal = { code, message };
  }

  /** @throws DataAdapterError `CLOSED`, or what `refuse` was given, unless calls are let in. */
  assertOpen(): void {
    if (this.#refusal !== undefined) throw new DataAdapterError(this.#refusal.code, this.#refusal.message);
  }

  /** Refuses calls from now on. */
  close(): void {
    this.#refusal = closed('has been stopped');
  }

  /** After `close`: resolves when the calls under way are over. */
  async drained(): Promise<void> {
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  async run<Answer>(
    { operation, ids = NO_IDS, countsOnce = false, isOfLease = false }: CallKind,
    options: CallOptions | undefined,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    if (!isOfLease) this.assertOpen();
    if (options !== undefined) {
      throwIfAborted(options);
      checkFence(options);
    }
    this.#underWay += 1;
    try {
      const answer = await work();
      if (this.logger.isDebugEnabled()) {
        const { actor, requestId } = options ?? {};
        this.logger.debug({ operation, ...ids, actor, requestId }, `${operation} done`);
      }
      return answer;
    } catch (error) {
      if (options?.signal?.aborted === true && error === options.signal.reason) throw error;
      throw portError(error, { operation, ids, countsOnce });
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#drained?.();
    }
  }
}

function closed(why: string): Refusal {
  return { code: 'CLOSED', message: `the Redis adapter ${why}` };
}
