import type { ActiveRun, ActiveRunEvent } from '@test-coordinator/ports';

import { SortedList } from './sorted-list.js';
import { compareIds } from './stored.js';

/** A change of one run: what there is to know of it until it expires. */
export type RunChange = Exclude<ActiveRunEvent, { kind: 'gap' }>;

/** The last change of a run: that it was cleared is kept as well, for its version. */
export interface KeptRun {
  readonly runId: string;
  readonly version: number;
  readonly change: RunChange;
  /** Milliseconds since 1970; it is kept before. */
  readonly expiresAtMs: number;
}

/**
 * The last change of each run. All stay for one and the same time, so the order in which they came is the order in which
 * they expire, and that in which a new watcher is told of them.
 */
export class LiveRuns {
  readonly #inOrder = new Map<string, KeptRun>();
  readonly #ids = new SortedList<string>(compareIds);

  /** How many runs are kept, cleared and expired ones too. */
  get size(): number {
    return this.#inOrder.size;
  }

  /** What is kept of the run, by `nowMs`. */
  get(runId: string, nowMs: number): KeptRun | undefined {
    const kept = this.#inOrder.get(runId);
    return kept !== undefined && nowMs < kept.expiresAtMs ? kept : undefined;
  }

  /** Keeps the change in place of the one before, and lets go of what has expired. */
  put(kept: KeptRun, nowMs: number): void {
    // Taken out first: a key that is set again would keep its place in the map.
    if (!this.#inOrder.delete(kept.runId)) this.#ids.add(kept.runId);
    this.#inOrder.set(kept.runId, kept);
    for (const { runId, expiresAtMs } of this.#inOrder.values()) {
      if (nowMs < expiresAtMs) break;
      this.#inOrder.delete(runId);
      this.#ids.remove(runId);
    }
  }

  /** The changes that published the live states, in order. */
  published(nowMs: number): RunChange[] {
    const changes: RunChange[] = [];
    for (const { change, expiresAtMs } of this.#inOrder.values())
      if (change.kind === 'published' && nowMs < expiresAtMs) changes.push(change);
    return changes;
  }

  /** The live states by descending id, from below `after` on. */
  *newestFirst(after: string | undefined, nowMs: number): IterableIterator<ActiveRun> {
    const isBelow = after === undefined ? undefined : (runId: string) => runId < after;
    for (const runId of this.#ids.descending(isBelow)) {
      const change = this.get(runId, nowMs)?.change;
      if (change?.kind === 'published') yield change.run;
    }
  }
}
