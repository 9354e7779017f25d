import {
  ADAPTER_PREFIX,
  ADAPTER_SETTINGS,
  adapterContradictions,
  readSettings,
  type SettingProblem,
  type SettingsOf,
} from '@test-coordinator/settings';

/** The coordinator's names, so that a pipeline sets them once. */
export const GATE_SETTINGS = {
  ...ADAPTER_SETTINGS,
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
function severalStores({ store, postgresUrl }: Partial<GateSettings>): readonly SettingProblem[] {
  if (store !== 'memory' || postgresUrl === undefined) return [];
  const problem = `asks for memory and ${GATE_SETTINGS.postgresUrl.variable} for a server: unset one of them`;
  return [{ variable: GATE_SETTINGS.store.variable, problem }];
}
