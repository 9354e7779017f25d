import {
  DEFAULT_ACTIVE_RUN_TTL_MS,
  DEFAULT_CACHE_TTL_SECONDS,
  DEFAULT_STALE_THRESHOLD_MS,
  DEFAULT_WATCH_WINDOW,
  checkWhole,
  refuse,
} from '@test-coordinator/ports';

/** A million changes with a message of 2000 characters each are 2 GB. */
const MAX_WATCH_WINDOW = 1_000_000;

/** Settings of the in-memory adapter. */
export interface StubSettings {
  /** An instance that was not seen for so many milliseconds is stale. @default DEFAULT_STALE_THRESHOLD_MS (300 000) */
  readonly staleThresholdMs?: number | undefined;
  /** How long a cache entry lives when a write names no ttl, in seconds. @default DEFAULT_CACHE_TTL_SECONDS (300) */
  readonly defaultTtlSeconds?: number | undefined;
  /** How long a live state of a run stands when nobody publishes it again. @default DEFAULT_ACTIVE_RUN_TTL_MS (3 600 000) */
  readonly activeRunTtlMs?: number | undefined;
  /** How many of the latest changes of live states watchers may be behind. @default DEFAULT_WATCH_WINDOW (10 000) */
  readonly watchWindow?: number | undefined;
}

/** The settings with their defaults. Throws `INVALID_ARGUMENT` for what is no positive number. */
export function readSettings({
  staleThresholdMs = DEFAULT_STALE_THRESHOLD_MS,
  defaultTtlSeconds = DEFAULT_CACHE_TTL_SECONDS,
  activeRunTtlMs = DEFAULT_ACTIVE_RUN_TTL_MS,
  watchWindow = DEFAULT_WATCH_WINDOW,
}: StubSettings): Readonly<Record<keyof StubSettings, number>> {
  for (const [name, value] of Object.entries({ staleThresholdMs, defaultTtlSeconds, activeRunTtlMs })) {
    if (!Number.isFinite(value) || value < 0.001) refuse(name, 'must be a positive number');
  }
  checkWhole(watchWindow, 'watchWindow', 1, MAX_WATCH_WINDOW);
  return { staleThresholdMs, defaultTtlSeconds, activeRunTtlMs, watchWindow };
}
