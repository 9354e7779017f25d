import type { CallOptions } from './call-options.js';
import type { Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

/** A live state that nobody published for this long is gone, unless the adapter is told otherwise: an hour. */
export const DEFAULT_ACTIVE_RUN_TTL_MS = 3_600_000;
/** How many of the latest changes, over all runs, a watcher can resume over, unless the adapter is told otherwise. */
export const DEFAULT_WATCH_WINDOW = 10_000;

/** What a running execution says of itself. It replaces what was said before, as a whole. */
export interface RunProgress {
  /** What it is doing, in a word or two: 1–200 characters, such as `injecting` or `verifying recovery`. */
  readonly phase: string;
  /** The part that is done, from 0 to 1; left out or `null` when it is not known. */
  readonly progress?: number | null | undefined;
  /** For people: up to 2000 characters. */
  readonly message?: string | null | undefined;
  /** Up to 100 finite numbers under names of 1–100 characters, such as `assertions: 12`. */
  readonly counters?: Readonly<Record<string, number>> | undefined;
  /**
   * A whole number from 1, for publishers whose updates may overtake each other: one that is not above the version
   * before it is late, and dropped. Left out, the store gives the next. For one run give it always or never.
   */
  readonly version?: number | undefined;
}

/** The live state of one running execution. */
export interface ActiveRun {
  readonly runId: string;
  /** Only rises, also after `clear`, and, where the store gives it, after the store has lost its data. */
  readonly version: number;
  readonly phase: string;
  readonly progress: number | null;
  readonly message: string | null;
  readonly counters: Readonly<Record<string, number>>;
  /** When it was published, by the store's clock. */
  readonly updatedAt: Date;
}

/** One thing that a watcher learns. `id` is opaque: hand it back as `after` to go on behind it. */
export type ActiveRunEvent =
  | { readonly kind: 'published'; readonly id: string; readonly run: ActiveRun }
  | { readonly kind: 'cleared'; readonly id: string; readonly runId: string }
  /** What lies between `after` and here is not kept any more. The current states follow, as for a new watcher. */
  | { readonly kind: 'gap'; readonly id: string };

export interface WatchOptions extends CallOptions {
  /** The one run to watch; left out is all. It need not be known yet. */
  readonly runId?: string | undefined;
  /** The id of the last event that was seen. Left out: the current states come first, then what follows, none lost between. */
  readonly after?: string | undefined;
}

/**
 * The live state of running executions: who runs what, how far it is. It is volatile: the record of a run is in
 * `TestRunsRepository`, and nothing is decided by what is said here.
 * A state expires when nobody has published it for the adapter's ttl; that is no event.
 * Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface ActiveRuns {
  /**
   * Says how far a run is, in one atomic step with its event, and answers with the state that stands then: a late update
   * (see `RunProgress.version`) is dropped without an event, and the newer state is answered, `null` when that one was
   * cleared. The run need not be recorded.
   * Codes: `INVALID_ARGUMENT`.
   */
  publish(runId: string, progress: RunProgress, options?: CallOptions): Promise<ActiveRun | null>;

  /** The live state, or `null`. Codes: `INVALID_ARGUMENT`. */
  get(runId: string, options?: CallOptions): Promise<ActiveRun | null>;

  /** The live states, newest run first, by id. Codes: `INVALID_ARGUMENT`. */
  list(page?: PageRequest, options?: CallOptions): Promise<Page<ActiveRun>>;

  /**
   * Takes the run off, with an event, and answers whether it was there. Its version is remembered for the adapter's ttl,
   * so that a late update does not bring it back. Codes: `INVALID_ARGUMENT`.
   */
  clear(runId: string, options?: CallOptions): Promise<boolean>;

  /**
   * The changes, in the order in which they happened, until the signal aborts: then the iteration ends without an error.
   * Leaving the loop ends it too. Each watcher gets every event after its start or after `after`, none twice, as long as
   * it is within the kept window; a watcher that falls behind the window is told by a `gap`. One that resumes after an
   * id of data that the store has lost is told by a `gap` as well.
   * A bad argument rejects the first `next()` with `INVALID_ARGUMENT`. `UNAVAILABLE` ends it: resume with the last id.
   */
  watch(options?: WatchOptions): AsyncIterable<ActiveRunEvent>;
}
export const ActiveRuns: Token<ActiveRuns> = token('ActiveRuns');
