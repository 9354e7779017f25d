import {
  checkFence,
  refused,
  throwIfAborted,
  type CallOptions,
  type Logger,
  type LogFields,
} from '@test-coordinator/ports';

/** Who lets calls in: the adapter's life, or a unit of work. */
export interface CallGate {
  /** @throws DataAdapterError `CLOSED` */
  assertOpen(): void;
  /** Told of every write that is rejected. */
  writeRefused(error: unknown): void;
}

/** The ids for the log, or how to read them from the answer where the call mints them. */
export type CallIds<Answer> = LogFields | ((answer: Answer) => LogFields);

/**
 * The one way in which a port method runs: refused when closed or aborted, logged, and with a domain refusal turned into
 * an error of the ports. The work is synchronous, so a call is over when its promise is handed out and a stop has none
 * to wait for; being `async`, a method never throws where a promise is expected, and makes one promise.
 */
export class Calls {
  readonly #gate: CallGate;
  readonly #logger: Logger;

  constructor(gate: CallGate, logger: Logger) {
    this.#gate = gate;
    this.#logger = logger;
  }

  /** For a call that lasts: a watch. @throws DataAdapterError `CLOSED` */
  assertOpen(): void {
    this.#gate.assertOpen();
  }

  async read<Answer>(
    operation: string,
    ids: CallIds<Answer>,
    options: CallOptions | undefined,
    work: () => Answer,
  ): Promise<Answer> {
    return this.#answer(operation, ids, options, work);
  }

  async write<Answer>(
    operation: string,
    ids: CallIds<Answer>,
    options: CallOptions | undefined,
    work: () => Answer,
  ): Promise<Answer> {
    try {
      return this.#answer(operation, ids, options, work);
    } catch (error) {
      this.#gate.writeRefused(error);
      throw error;
    }
  }

  #answer<Answer>(
    operation: string,
    ids: CallIds<Answer>,
    options: CallOptions | undefined,
    work: () => Answer,
  ): Answer {
    this.#gate.assertOpen();
    if (options !== undefined) {
      throwIfAborted(options);
      checkFence(options);
    }
    const answer = refused(work);
    if (this.#logger.isDebugEnabled()) {
      const fields = typeof ids === 'function' ? ids(answer) : ids;
      this.#logger.debug(
        { operation, ...fields, actor: options?.actor, requestId: options?.requestId },
        `${operation} done`,
      );
    }
    return answer;
  }
}
