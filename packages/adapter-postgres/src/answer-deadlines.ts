/** The limit was over before the server answered. */
export class AnswerOverdueError extends Error {
  override readonly name = 'AnswerOverdueError';
}

/** Something that waits for an answer of the server. */
export interface Waiting {
  /** Called once when the limit is over; the answer may still come and is then ignored. */
  giveUp(): void;
}

/**
 * Ends what waits longer than the limit, with one timer for all. pg's query_timeout starts a timer for each query, and
 * with Node 20 the results of a query outlive it then until the next full collection: a list of 100 costs a third more.
 */
export class AnswerDeadlines {
  /** In the order in which they began, which is the order of their deadlines. */
  readonly #deadlines = new Map<Waiting, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly limitMs: number) {}

  begin(waiting: Waiting): void {
    this.#deadlines.set(waiting, performance.now() + this.limitMs);
    if (this.#timer === undefined) this.#arm(this.limitMs);
  }

  end(waiting: Waiting): void {
    this.#deadlines.delete(waiting);
  }

  /** The connection keeps the process alive while an answer is due; the timer need not. */
  #arm(ms: number): void {
    this.#timer = setTimeout(this.#look, ms).unref();
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [waiting, deadline] of this.#deadlines) {
      if (deadline > now) return this.#arm(deadline - now);
      this.#deadlines.delete(waiting);
      waiting.giveUp();
    }
  };
}
