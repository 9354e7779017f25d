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
  type Page,
  type PageRequest,
  type RunProgress,
  type WatchOptions,
} from '@test-coordinator/ports';

import {
  clearState,
  listStates,
  publishState,
  readEvents,
  readState,
  readStates,
} from './active-run-scripts.js';
import { activeRunEvent, byEvent, progressText, publishedState } from './active-run-text.js';
import type { Calls } from './calls.js';
import { ChangeSignal } from './change-signal.js';
import { portError } from './failures.js';
import type { RedisConnections } from './redis-connections.js';
import type { ActiveRunKeys } from './redis-keys.js';
import type { Script } from './script.js';

/** What the live states work on. */
export interface ActiveRunsContext {
  readonly connections: RedisConnections;
  readonly keys: ActiveRunKeys;
  readonly calls: Calls;
  readonly ttlMs: number;
  readonly window: number;
  /** How long a watcher's read may block. */
  readonly blockMs: number;
}

/** Events that one look answers with. */
const EVENTS_AT_ONCE = 100;
const EVENT_ID = /^\d{1,16}-\d{1,16}$/;
/** The id of a gap: the stream has no such event, so who resumes behind it is told the gap again. */
const GAP: ActiveRunEvent = Object.freeze({ kind: 'gap', id: 'gap' });
/** Stands for the place before the first event. */
const BEGINNING = '';
const WATCH = { operation: 'activeRuns.watch' };

/** Live states in Redis, by Redis's clock. Each method is one atomic step; a watch is one for each look at the events. */
export class RedisActiveRuns implements ActiveRuns {
  readonly #connections: RedisConnections;
  readonly #keys: readonly string[];
  readonly #calls: Calls;
  readonly #ttlMs: number;
  readonly #window: number;
  readonly #changes: ChangeSignal;

  constructor({ connections, keys, calls, ttlMs, window, blockMs }: ActiveRunsContext) {
    this.#connections = connections;
    this.#keys = [keys.states, keys.expiring, keys.listed, keys.events];
    this.#calls = calls;
    this.#ttlMs = ttlMs;
    this.#window = window;
    this.#changes = new ChangeSignal(() => connections.blocking(), keys.events, blockMs);
  }

  publish(runId: string, progress: RunProgress, options?: CallOptions): Promise<ActiveRun | null> {
    const call = { operation: 'activeRuns.publish', ids: { runId }, countsOnce: true };
    return this.#calls.run(call, options, async () => {
      checkUuid(runId, 'runId');
      const read = readRunProgress(progress);
      const values = [runId, progressText(read), this.#ttlMs, this.#window, read.version ?? ''];
      return stateOf(runId, await this.#run(publishState, values));
    });
  }

  get(runId: string, options?: CallOptions): Promise<ActiveRun | null> {
    return this.#calls.run({ operation: 'activeRuns.get', ids: { runId } }, options, async () => {
      checkUuid(runId, 'runId');
      return stateOf(runId, await this.#run(readState, [runId]));
    });
  }

  list(page?: PageRequest, options?: CallOptions): Promise<Page<ActiveRun>> {
    return this.#calls.run({ operation: 'activeRuns.list' }, options, async () => {
      const { after, limit } = readPage(page, 'id');
      const from = after === undefined ? '+' : `(${after[0]}`;
      // One more is read to know whether anything is left.
      const found = pairs(await this.#run<string[]>(listStates, [from, limit + 1]));
      const items = found.slice(0, limit).map(([runId, text]) => publishedState(runId, text).run);
      const last = items.at(-1);
      const isMore = found.length > limit && last !== undefined;
      return { items: Object.freeze(items), nextCursor: isMore ? encodeCursor([last.runId]) : null };
    });
  }

  clear(runId: string, options?: CallOptions): Promise<boolean> {
    const call = { operation: 'activeRuns.clear', ids: { runId }, countsOnce: true };
    return this.#calls.run(call, options, async () => {
      checkUuid(runId, 'runId');
      return (await this.#run<number>(clearState, [runId, this.#ttlMs, this.#window])) === 1;
    });
  }

  watch(options: WatchOptions = {}): AsyncIterable<ActiveRunEvent> {
    return this.#watch({ ...options });
  }

  /** Lets the watchers go on, who are refused from now on. */
  close(): void {
    this.#changes.close();
  }

  async *#watch(options: WatchOptions): AsyncGenerator<ActiveRunEvent> {
    const { runId = '', after, signal } = options;
    const isOver = (): boolean => signal?.aborted === true;
    if (isOver()) return;
    this.#calls.assertOpen();
    checkWatchOptions(options);
    const isGiven = after !== undefined;
    let last = isGiven && EVENT_ID.test(after) ? after : undefined;
    let due: readonly ActiveRunEvent[] = isGiven && last === undefined ? [GAP] : [];
    while (!isOver()) {
      for (const event of due) {
        if (isOver()) return;
        yield event;
      }
      const { turn } = this.#changes;
      if (last === undefined) {
        [last, due] = await this.#states(runId);
        continue;
      }
      const found: readonly string[] = await this.#look(readEvents, [
        last,
        EVENTS_AT_ONCE,
        runId,
        this.#window,
      ]);
      const [next, ...told] = found;
      due = next === undefined ? [GAP] : triples(told).map((event) => activeRunEvent(...event));
      if (next === last) await this.#changedSince(turn, signal);
      last = next;
    }
  }

  /** The last event, and the live states in the order in which they were published. */
  async #states(runId: string): Promise<readonly [last: string, states: readonly ActiveRunEvent[]]> {
    const [last = BEGINNING, ...found] = await this.#look(readStates, [runId]);
    return [
      last,
      pairs(found)
        .map((state) => publishedState(...state))
        .sort(byEvent),
    ];
  }

  #look(script: Script, values: readonly (string | number)[]): Promise<readonly string[]> {
    return this.#calls.run(WATCH, undefined, () => this.#run(script, values));
  }

  async #changedSince(turn: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#changes.changedSince(turn, signal);
    } catch (error) {
      throw portError(error, { ...WATCH, ids: {}, countsOnce: false });
    }
  }

  #run<Reply>(script: Script, values: readonly (string | number)[]): Promise<Reply> {
    return this.#connections.run(script, this.#keys, values);
  }
}

function stateOf(runId: string, text: string | null): ActiveRun | null {
  return text === null ? null : publishedState(runId, text).run;
}

function pairs(flat: readonly string[]): (readonly [runId: string, text: string])[] {
  return Array.from({ length: flat.length / 2 }, (_, n) => [flat[n * 2]!, flat[n * 2 + 1]!]);
}

function triples(flat: readonly string[]): (readonly [event: string, runId: string, text: string])[] {
  return Array.from({ length: flat.length / 3 }, (_, n) => [
    flat[n * 3]!,
    flat[n * 3 + 1]!,
    flat[n * 3 + 2]!,
  ]);
}
