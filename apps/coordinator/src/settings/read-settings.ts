import { adapterContradictions, readSettings as readTable } from '@test-coordinator/settings';

import { SETTING_PREFIXES, SETTINGS, type Settings } from './setting-table.js';

/**
 * Reads the settings of the coordinator out of the environment's variables.
 * @param defaults What to use for absent variables instead of the table's values.
 * @throws SettingsError naming every variable that is wrong, and every one under our prefixes that is not known.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  defaults: Partial<Settings> = {},
): Settings {
  return readTable(SETTINGS, environment, {
    prefixes: SETTING_PREFIXES,
    defaults,
    contradictions: adapterContradictions,
  });
}
