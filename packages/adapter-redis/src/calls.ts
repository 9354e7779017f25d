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

  run<Answer>(
    kind: CallKind,
    options: CallOptions | undefined,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    return this.ask(kind, options, work, asItIs);
  }

  /**
   * @param request Refuses bad arguments by throwing, and asks the server.
   * @param read Makes the answer of the reply.
   */
  ask<Reply, Answer>(
    kind: CallKind,
    options: CallOptions | undefined,
    request: () => Promise<Reply>,
    read: (reply: Reply) => Answer,
  ): Promise<Answer> {
    let asked: Promise<Reply>;
    try {
      if (kind.isOfLease !== true) this.assertOpen();
      if (options !== undefined) {
        throwIfAborted(options);
        checkFence(options);
      }
      asked = request();
    } catch (error) {
      return Promise.reject(this.#errorOf(error, kind, options));
    }
    this.#underWay += 1;
    // One promise for all that follows: a lone call pays for each step of an async function.
    return asked.then(
      (reply) => {
        this.#end();
        try {
          const answer = read(reply);
          if (this.logger.isDebugEnabled()) this.#logDone(kind, options);
          return answer;
        } catch (error) {
          throw this.#errorOf(error, kind, options);
        }
      },
      (error: unknown) => {
        this.#end();
        throw this.#errorOf(error, kind, options);
      },
    );
  }

  #end(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#drained?.();
  }

  #logDone({ operation, ids }: CallKind, options: CallOptions | undefined): void {
    const { actor, requestId } = options ?? {};
    this.logger.debug({ operation, ...ids, actor, requestId }, `${operation} done`);
  }

  #errorOf(
    error: unknown,
    { operation, ids = NO_IDS, countsOnce = false }: CallKind,
    options: CallOptions | undefined,
  ): unknown {
    if (options?.signal?.aborted === true && error === options.signal.reason) return error;
    return portError(error, { operation, ids, countsOnce });
  }
}

function asItIs<Reply>(reply: Reply): Reply {
  return reply;
}

function closed(why: string): Refusal {
  return { code: 'CLOSED', message: `the Redis adapter ${why}` };
}
