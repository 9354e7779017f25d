import {
  ADAPTER_PREFIX,
  ADAPTER_SETTINGS,
  CLIENT_KEY,
  adapterContradictions,
  readSettings,
  secretUrl,
  setting,
  type SettingProblem,
  type SettingsOf,
} from '@test-coordinator/settings';

/** The coordinator's names, so that a pipeline sets them once. */
export const GATE_SETTINGS = {
  ...ADAPTER_SETTINGS,
  coordinatorUrl: setting(
    'TEST_COORDINATOR_URL',
    secretUrl(['http', 'https']),
    undefined,
    'Coordinator that is asked over HTTP; left out, the store itself is read',
  ),
  clientKey: CLIENT_KEY,
} as const;

export type GateSettings = SettingsOf<typeof GATE_SETTINGS>;

/** @throws SettingsError naming every variable that is wrong. */
export function readGateSettings(environment: Readonly<Record<string, string | undefined>>): GateSettings {
  return readSettings(GATE_SETTINGS, environment, {
    prefixes: [ADAPTER_PREFIX],
    contradictions: (settings) => [...adapterContradictions(settings), ...severalStores(settings)],
  });
}

/** Which one was meant can't be guessed: the other one may hold a run that passed. */
function severalStores({ store, ...urls }: Partial<GateSettings>): readonly SettingProblem[] {
  const { store: storeName, postgresUrl, coordinatorUrl } = GATE_SETTINGS;
  const named = [
    ...(store === 'memory' ? [`${storeName.variable} (memory)`] : []),
    ...(urls.postgresUrl === undefined ? [] : [postgresUrl.variable]),
    ...(urls.coordinatorUrl === undefined ? [] : [coordinatorUrl.variable]),
  ];
  if (named.length < 2) return [];
  const [first, ...others] = named;
  return [
    { variable: first!, problem: `and ${others.join(' and ')} name several stores: unset all but one` },
  ];
}
