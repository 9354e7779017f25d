import type { ActiveRunEvent } from '@test-coordinator/ports';

import type { EventWindow } from './event-window.js';
import type { RunChange } from './live-runs.js';

/** Where one watcher is among the changes. */
export class WatchCursor {
  readonly #window: EventWindow;
  readonly #states: () => readonly RunChange[];
  readonly #runId: string | undefined;
  /** States that come before the changes from the place on. */
  #due: IterableIterator<RunChange>;
  #place: number;
  #lastId: string;

  /** @param states Those that a watcher which starts now is told first. */
  constructor(
    window: EventWindow,
    states: () => readonly RunChange[],
    { runId, after }: { readonly runId: string | undefined; readonly after: string | undefined },
  ) {
    this.#window = window;
    this.#states = states;
    this.#runId = runId;
    this.#lastId = after ?? window.idOf(window.end - 1);
    this.#due = (after === undefined ? states() : []).values();
    // An id that is not known lies behind every window.
    this.#place = after === undefined ? window.end : (window.placeOf(after) ?? -Infinity) + 1;
  }

  /** The next event for the watcher; `undefined` when there is none yet. */
  next(): ActiveRunEvent | undefined {
    for (;;) {
      const state = this.#due.next();
      if (state.done !== true) {
        if (this.#concerns(state.value)) return this.#told(state.value);
      } else if (this.#place < this.#window.start) {
        this.#due = this.#states().values();
        this.#place = this.#window.end;
        return { kind: 'gap', id: this.#lastId };
      } else {
        const change = this.#window.at(this.#place);
        if (change === undefined) return undefined;
        this.#place += 1;
        if (this.#concerns(change)) return this.#told(change);
      }
    }
  }

  #told(change: RunChange): RunChange {
    this.#lastId = change.id;
    return change;
  }

  #concerns(change: RunChange): boolean {
    const runId = change.kind === 'published' ? change.run.runId : change.runId;
    return this.#runId === undefined || this.#runId === runId;
  }
}
