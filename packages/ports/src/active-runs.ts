import type { CallOptions } from './call-options.js';
import type { Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

/** A live state that nobody published for this long is gone, unless the adapter is told otherwise: an hour. */
export const DEFAULT_ACTIVE_RUN_TTL_MS = 3_600_000;
/**
 * How many of the latest changes, over all runs, are kept for watchers at least, unless the adapter is told otherwise.
 * A store that drops them in blocks may keep a few hundred more.
 */
export const DEFAULT_WATCH_WINDOW = 10_000;
/** The greatest version that a publisher may give: 2^52, which leaves the store room to count on. */
export const MAX_PROGRESS_VERSION = 2 ** 52;

/** What a running execution says of itself. It replaces what was said before, as a whole. */
export interface RunProgress {
  /** What it is doing, in a word or two: 1–200 characters, such as `injecting` or `verifying recovery`. */
  readonly phase: string;
  /** The part that is done, from 0 to 1; left out or `null` when it is not known. */
  readonly progress?: number | null | undefined;
  /** For people: up to 2000 characters. */
  readonly message?: string | null | undefined;
  /** Up to 100 numbers as JSON documents hold them, under names of 1–100 characters, such as `assertions: 12`. */
  readonly counters?: Readonly<Record<string, number>> | undefined;
  /**
   * A whole number from 1 to 2^52, for publishers whose updates may overtake each other: one that is not above the
   * version before it is late, and dropped. Left out, the store gives the greater of the version before plus one and its
   * time in microseconds since 1970. For one run give it always or never.
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
  /** Empty when none were given. */
  readonly counters: Readonly<Record<string, number>>;
  /** When it was published, by the store's clock. */
  readonly updatedAt: Date;
}

/** One thing that a watcher learns. `id` is opaque: hand it back as `after` to go on behind it. */
export type ActiveRunEvent =
  | { readonly kind: 'published'; readonly id: string; readonly run: ActiveRun }
  | { readonly kind: 'cleared'; readonly id: string; readonly runId: string }
  /**
   * What lies between the last event and here is not kept any more. The current states follow, as for a new watcher: what
   * is not among them is gone. Resuming after this id tells the gap again.
   */
  | { readonly kind: 'gap'; readonly id: string };

export interface WatchOptions extends CallOptions {
  /** The one run to watch; left out is all. It need not be known yet. */
  readonly runId?: string | undefined;
  /**
   * The id of the last event that was seen, 1–200 characters; one that the store does not know is not refused, but told
   * by a `gap`. Left out: the current states come first, then what follows, none lost between.
   */
  readonly after?: string | undefined;
}

/**
 * The live state of running executions: who runs what, how far it is. It is volatile: the record of a run is in
 * `TestRunsRepository`, and nothing is decided by what is said here.
 * A state expires when nobody has published it for the adapter's ttl: it is there before `updatedAt` plus the ttl, and
 * gone from then on, with its version. That is no event.
 * Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface ActiveRuns {
  /**
   * Says how far a run is, in one atomic step with its event, and answers with the state that stands then: a late update
   * (see `RunProgress.version`) is dropped without an event and prolongs nothing, and the newer state is answered, `null`
   * when that one was cleared. The run need not be recorded.
   * Codes: `INVALID_ARGUMENT`; `UNKNOWN_OUTCOME`.
   */
  publish(runId: string, progress: RunProgress, options?: CallOptions): Promise<ActiveRun | null>;

  /** The live state, or `null`. Codes: `INVALID_ARGUMENT`. */
  get(runId: string, options?: CallOptions): Promise<ActiveRun | null>;

  /** The live states, newest run first, by id. Codes: `INVALID_ARGUMENT`. */
  list(page?: PageRequest, options?: CallOptions): Promise<Page<ActiveRun>>;

  /**
   * Takes the run off, with an event, and answers whether it was there: where not, nothing happens. Its version is
   * remembered for the adapter's ttl, so that a late update does not bring it back; a later one does.
   * Codes: `INVALID_ARGUMENT`; `UNKNOWN_OUTCOME`.
   */
  clear(runId: string, options?: CallOptions): Promise<boolean>;

  /**
   * The changes, in the order in which they happened, until the signal aborts: then the iteration ends without an error,
   * at once where it waits; one that was aborted before ends without an event. Leaving the loop ends it too. It starts
   * with its first `next()`, and is iterated once.
   *
   * Each watcher gets every event after its start or after `after`, none twice, as long as it is within the kept window;
   * a watcher that falls behind the window is told by a `gap`. One that resumes after an id of data that the store has
   * lost is told by a `gap` as well.
   *
   * The current states come as `published`, in the order in which they were published, each with the id of the event that
   * published it: a watcher that is cut off among them resumes as behind any other event.
   *
   * A bad argument rejects the first `next()` with `INVALID_ARGUMENT`. `UNAVAILABLE`, or a stop of the adapter (`CLOSED`),
   * rejects the next one: resume with the last id.
   */
  watch(options?: WatchOptions): AsyncIterable<ActiveRunEvent>;
}
export const ActiveRuns: Token<ActiveRuns> = token('ActiveRuns');
