import { frozenDate } from '@test-coordinator/domain';
import {
  checkUuid,
  checkWatchOptions,
  encodeCursor,
  readPage,
  readRunProgress,
  type ActiveRun,
  type ActiveRunEvent,
  type ActiveRuns,
  type CallOptions,
  type Clock,
  type Page,
  type PageRequest,
  type RunProgress,
  type WatchOptions,
} from '@test-coordinator/ports';

import type { Calls } from './calls.js';
import { EventWindow } from './event-window.js';
import { LiveRuns, type KeptRun, type RunChange } from './live-runs.js';
import { WatchCursor } from './watch-cursor.js';

/** What live state works on. */
export interface ActiveRunsContext {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly activeRunTtlMs: number;
  readonly watchWindow: number;
}

/** The live state of runs in memory. Whether it has expired is told by the clock of the adapter. */
export class StubActiveRuns implements ActiveRuns {
  readonly #runs = new LiveRuns();
  readonly #window: EventWindow;
  readonly #calls: Calls;
  readonly #clock: Clock;
  readonly #ttlMs: number;

  constructor({ calls, clock, activeRunTtlMs, watchWindow }: ActiveRunsContext) {
    this.#window = new EventWindow(watchWindow);
    this.#calls = calls;
    this.#clock = clock;
    this.#ttlMs = activeRunTtlMs;
  }

  /** How many runs are kept, cleared and expired ones too. */
  get size(): number {
    return this.#runs.size;
  }

  publish(runId: string, progress: RunProgress, options?: CallOptions): Promise<ActiveRun | null> {
    return this.#calls.write('activeRuns.publish', { runId }, options, () => {
      checkUuid(runId, 'runId');
      const { version: given, ...told } = readRunProgress(progress);
      const now = this.#clock.now();
      const before = this.#runs.get(runId, now.getTime());
      // From the time on, in microseconds: so the versions of a process are above those of the one before.
      const version = given ?? Math.max((before?.version ?? 0) + 1, now.getTime() * 1_000);
      if (before !== undefined && version <= before.version) return liveState(before);
      const run = Object.freeze({ runId, version, ...told, updatedAt: frozenDate(now) });
      this.#keep(runId, version, { kind: 'published', id: this.#nextId(), run }, now.getTime());
      return run;
    });
  }

  get(runId: string, options?: CallOptions): Promise<ActiveRun | null> {
    return this.#calls.read('activeRuns.get', { runId }, options, () => {
      checkUuid(runId, 'runId');
      return liveState(this.#runs.get(runId, this.#nowMs()));
    });
  }

  list(page?: PageRequest, options?: CallOptions): Promise<Page<ActiveRun>> {
    return this.#calls.read('activeRuns.list', {}, options, () => {
      const { limit, after } = readPage(page, 'id');
      const items: ActiveRun[] = [];
      for (const run of this.#runs.newestFirst(after?.[0] as string | undefined, this.#nowMs())) {
        if (items.length === limit) return pageOf(items, encodeCursor([items.at(-1)!.runId]));
        items.push(run);
      }
      return pageOf(items, null);
    });
  }

  clear(runId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.write('activeRuns.clear', { runId }, options, () => {
      checkUuid(runId, 'runId');
      const nowMs = this.#nowMs();
      const before = this.#runs.get(runId, nowMs);
      if (before?.change.kind !== 'published') return false;
      this.#keep(runId, before.version, { kind: 'cleared', id: this.#nextId(), runId }, nowMs);
      return true;
    });
  }

  // The options are taken apart here, and not in the body, which runs with the first `next()`.
  async *watch({ runId, after, ...options }: WatchOptions = {}): AsyncGenerator<ActiveRunEvent> {
    const isOver = (): boolean => options.signal?.aborted === true;
    if (isOver()) return;
    const cursor = await this.#calls.read('activeRuns.watch', { runId, after }, options, () => {
      checkWatchOptions({ runId, after });
      return new WatchCursor(this.#window, () => this.#runs.published(this.#nowMs()), { runId, after });
    });
    while (!isOver()) {
      this.#calls.assertOpen();
      const event = cursor.next();
      if (event === undefined) await this.#window.change(options.signal);
      else yield event;
    }
  }

  /** Lets every watcher look again: whether the adapter is still open. */
  wakeWatchers(): void {
    this.#window.wakeAll();
  }

  #keep(runId: string, version: number, change: RunChange, nowMs: number): void {
    Object.freeze(change);
    this.#runs.put({ runId, version, change, expiresAtMs: nowMs + this.#ttlMs }, nowMs);
    this.#window.append(change);
  }

  #nextId(): string {
    return this.#window.idOf(this.#window.end);
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}

function liveState(kept: KeptRun | undefined): ActiveRun | null {
  return kept?.change.kind === 'published' ? kept.change.run : null;
}

function pageOf(items: ActiveRun[], nextCursor: string | null): Page<ActiveRun> {
  return { items: Object.freeze(items), nextCursor };
}
