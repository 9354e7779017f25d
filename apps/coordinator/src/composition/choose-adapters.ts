import { SETTINGS, type Settings } from '../settings/setting-table.js';
import { AdapterChoiceError } from './adapter-choice-error.js';
import { AdapterFactory, type FactoryDependencies } from './adapter-factory.js';

/**
 * The data layer that the settings ask for, not started yet.
 * @throws AdapterChoiceError for a server that this build cannot use: memory never takes its place in silence.
 */
export function chooseAdapters(settings: Settings, dependencies: FactoryDependencies): AdapterFactory {
  for (const key of ['postgresUrl', 'redisUrl'] as const) {
    if (settings[key] === undefined) continue;
    throw new AdapterChoiceError(
      `${SETTINGS[key].variable} is set, and this build has no adapter for it: unset it to record in memory`,
    );
  }
  return AdapterFactory.useStub(
    {
      staleThresholdMs: settings.staleServiceThresholdSeconds * 1_000,
      defaultTtlSeconds: settings.cacheTtlDefaultSeconds,
    },
    dependencies,
  );
}
