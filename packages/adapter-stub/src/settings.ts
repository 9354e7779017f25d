import { DEFAULT_CACHE_TTL_SECONDS, DEFAULT_STALE_THRESHOLD_MS, refuse } from '@test-coordinator/ports';

/** Settings of the in-memory adapter. */
export interface StubSettings {
  /** An instance that was not seen for so many milliseconds is stale. @default DEFAULT_STALE_THRESHOLD_MS (300 000) */
  readonly staleThresholdMs?: number | undefined;
  /** How long a cache entry lives when a write names no ttl, in seconds. @default DEFAULT_CACHE_TTL_SECONDS (300) */
  readonly defaultTtlSeconds?: number | undefined;
}

/** The settings with their defaults. Throws `INVALID_ARGUMENT` for what is no positive number. */
export function readSettings(
  settings: StubSettings,
): Required<StubSettings> & Record<keyof StubSettings, number> {
  const { staleThresholdMs = DEFAULT_STALE_THRESHOLD_MS, defaultTtlSeconds = DEFAULT_CACHE_TTL_SECONDS } =
    settings;
  for (const [name, value] of Object.entries({ staleThresholdMs, defaultTtlSeconds })) {
    if (!Number.isFinite(value) || value < 0.001) refuse(name, 'must be a positive number');
  }
  return { staleThresholdMs, defaultTtlSeconds };
}
