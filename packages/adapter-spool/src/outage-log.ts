import type { ErrorCode, Logger } from '@test-coordinator/ports';

/** Says once that the store is away, and once that it is back, however many calls an outage hits. */
export class OutageLog {
  #isAway = false;

  constructor(private readonly logger: Logger) {}

  away(code: ErrorCode | 'UNKNOWN', waiting: number): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.logger.warn({ code, waiting }, 'the store is away: what is recorded waits in the spool');
  }

  back(waiting: number): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.logger.info({ waiting }, 'the store is back, and takes what waits in the spool');
  }
}
