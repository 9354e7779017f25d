import { randomUUID } from 'node:crypto';

import type { RunChange } from './live-runs.js';

/**
 * The latest changes, in one ring that all watchers read from by place: a slow one costs nothing, and finds out by its
 * place that it has fallen behind.
 */
export class EventWindow {
  /** Ids tell one process from the next: a watcher of the one before is told of the gap. */
  readonly #epoch = randomUUID();
  readonly #size: number;
  readonly #ring: RunChange[] = [];
  readonly #waiting = new Set<() => void>();
  #end = 0;

  /** @param size How many changes are kept. */
  constructor(size: number) {
    this.#size = size;
  }

  /** The place of the oldest change that is kept. */
  get start(): number {
    return Math.max(0, this.#end - this.#size);
  }

  /** The place that the next change will have. */
  get end(): number {
    return this.#end;
  }

  /** The id of the change at this place. */
  idOf(place: number): string {
    return `${this.#epoch}-${place}`;
  }

  /** The place of a change of this process; `undefined` when there was none of this id. */
  placeOf(id: string): number | undefined {
    const place = Number(id.slice(this.#epoch.length + 1));
    return id === this.idOf(place) && place < this.#end ? place : undefined;
  }

  /** The change at a place from `start` on; `undefined` at the end. */
  at(place: number): RunChange | undefined {
    return place < this.#end ? this.#ring[place % this.#size] : undefined;
  }

  /** Adds a change, whose id is `idOf(end)`, and wakes all who wait. */
  append(change: RunChange): void {
    this.#ring[this.#end % this.#size] = change;
    this.#end += 1;
    this.wakeAll();
  }

  /** Resolves when something is added, when the signal aborts, or when all are woken. */
  change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  wakeAll(): void {
    for (const wake of this.#waiting) wake();
  }
}
