import type { AuditCheckpoint } from '@test-coordinator/domain';
import type { Clock } from '@test-coordinator/ports';

import type { AuditTrail, ChainHead } from './audit-trail.js';

export interface CheckpointScheduleDependencies {
  readonly clock: Clock;
  /** Signs and keeps the checkpoint. What it rejects with is its own to tell. */
  readonly keep: (checkpoint: AuditCheckpoint) => Promise<void>;
  /** @default 1000 */
  readonly everyEntries?: number | undefined;
  /** @default 60000 */
  readonly everyMs?: number | undefined;
}

const EVERY_ENTRIES = 1_000;
const EVERY_MS = 60_000;

/** Says when a chain gets a checkpoint: after so many entries, after so much time with a new one, and at the end. */
export class CheckpointSchedule {
  readonly #everyEntries: number;
  readonly #timer: NodeJS.Timeout;
  #head: ChainHead | undefined;
  #keptSequence = 0;
  #keeping: Promise<void> = Promise.resolve();

  constructor(private readonly dependencies: CheckpointScheduleDependencies) {
    const { everyEntries = EVERY_ENTRIES, everyMs = EVERY_MS } = dependencies;
    this.#everyEntries = everyEntries;
    this.#timer = setInterval(() => this.#keep(), everyMs).unref();
  }

  /** For `AuditTrail`'s `onAppended`. */
  readonly appended = (head: AuditTrail['head']): void => {
    this.#head = head;
    if (head.sequence - this.#keptSequence >= this.#everyEntries) this.#keep();
  };

  /** Keeps the last one, and no more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#keep();
    await this.#keeping;
  }

  #keep(): void {
    const { clock, keep } = this.dependencies;
    const head = this.#head;
    if (head === undefined || head.sequence === this.#keptSequence) return;
    this.#keptSequence = head.sequence;
    const checkpoint = { ...head, at: clock.now() };
    this.#keeping = this.#keeping.then(() => keep(checkpoint)).catch(() => undefined);
  }
}
