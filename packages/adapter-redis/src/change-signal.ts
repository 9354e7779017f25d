import type { Connection } from './connection.js';

/**
 * Tells all who watch that there may be something new, by one blocking read on a connection of its own. It says no more
 * than that: each watcher reads for himself from where he is, so nothing is kept for one who is slow.
 */
export class ChangeSignal {
  readonly #waiting = new Set<(error?: unknown) => void>();
  #turn = 0;
  #isReading = false;
  #isClosed = false;

  /**
   * @param connect Answers with the connection.
   * @param eventsKey The stream of the events.
   * @param blockMs How long one read blocks: below the time limit of a command, so that a dead link is noticed.
   */
  constructor(
    private readonly connect: () => Promise<Connection>,
    private readonly eventsKey: string,
    private readonly blockMs: number,
  ) {}

  /** Take it before a look at the events, and hand it to `changedSince` when there were none. */
  get turn(): number {
    return this.#turn;
  }

  /**
   * Resolves when there may have been a change since that turn, after `blockMs` in any case, and at once when the signal
   * aborts. Rejects with the driver's error when the link breaks.
   */
  changedSince(turn: number, signal: AbortSignal | undefined): Promise<void> {
    if (turn !== this.#turn || this.#isClosed || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown): void => {
        this.#waiting.delete(settle);
        signal?.removeEventListener('abort', leave);
        if (error === undefined) resolve();
        else reject(error);
      };
      const leave = (): void => settle();
      signal?.addEventListener('abort', leave);
      this.#waiting.add(settle);
      if (!this.#isReading) void this.#read();
    });
  }

  /** Lets those who wait go on. */
  close(): void {
    this.#isClosed = true;
    this.#tell();
  }

  /** Reads until nothing has changed for a while and nobody waits. */
  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      const connection = await this.connect();
      for (let isIdle = false; !isIdle && !this.#isClosed;) {
        // Looked up before they are told, so that what comes after their look is behind it; and each time, because the
        // ids start again when the data is lost and the clock was set back.
        const newest = [this.eventsKey, '+', '-', 'COUNT', 1];
        const [last] = await connection.ask<readonly (readonly [id: string])[]>('xrevrange', newest);
        this.#tell();
        const from = last?.[0] ?? '0-0';
        const later = ['COUNT', 1, 'BLOCK', this.blockMs, 'STREAMS', this.eventsKey, from];
        const changes = await connection.ask<unknown>('xread', later);
        isIdle = changes === null && this.#waiting.size === 0;
      }
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#isReading = false;
    }
  }

  #tell(error?: unknown): void {
    this.#turn += 1;
    for (const settle of this.#waiting) settle(error);
  }
}
