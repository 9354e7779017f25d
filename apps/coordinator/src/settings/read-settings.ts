import { maskSecrets } from '@test-coordinator/ports';

import { nearestName } from './nearest-name.js';
import type { Setting } from './setting.js';
import { SETTING_PREFIXES, SETTINGS, type Settings } from './setting-table.js';

const SHOWN_CHARACTERS = 60;

/** Every setting that cannot be read, each with its variable. The message is fit to print. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly { readonly variable: string; readonly problem: string }[]) {
    super(problems.map(({ variable, problem }) => `${variable} ${problem}`).join('\n'));
  }
}

/**
 * Reads the settings out of the environment's variables. An empty variable counts as absent.
 * @param defaults What to use for absent variables instead of the table's values.
 * @throws SettingsError naming every variable that is wrong, and every one under our prefixes that is not known.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  defaults: Partial<Settings> = {},
): Settings {
  const problems: { variable: string; problem: string }[] = [];
  const settings: Record<string, unknown> = {};
  for (const [key, { variable, kind, fallback }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const text = environment[variable]?.trim() ?? '';
    if (text === '') {
      settings[key] = defaults[key as keyof Settings] ?? fallback;
      continue;
    }
    const read = kind.parse(text);
    if ('value' in read) settings[key] = read.value;
    else problems.push({ variable, problem: `${read.problem}, not ${kind.isSecret ? '***' : shown(text)}` });
  }
  problems.push(...unknownVariables(environment), ...contradictions(settings as Partial<Settings>));
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(settings) as Settings;
}

/** A secret may have been given to the wrong variable, so the value of any is masked. */
function shown(text: string): string {
  const masked = maskSecrets(text);
  return JSON.stringify(masked.length > SHOWN_CHARACTERS ? `${masked.slice(0, SHOWN_CHARACTERS)}…` : masked);
}

function contradictions({ heartbeatIntervalSeconds, staleServiceThresholdSeconds }: Partial<Settings>) {
  if (heartbeatIntervalSeconds === undefined || staleServiceThresholdSeconds === undefined) return [];
  if (heartbeatIntervalSeconds < staleServiceThresholdSeconds) return [];
  const threshold = SETTINGS.staleServiceThresholdSeconds.variable;
  return [
    {
      variable: SETTINGS.heartbeatIntervalSeconds.variable,
      problem: `must be less than ${threshold}: this process would be taken for gone between two heartbeats`,
    },
  ];
}

function unknownVariables(environment: Readonly<Record<string, string | undefined>>) {
  const known = Object.values<Setting<unknown>>(SETTINGS).map(({ variable }) => variable);
  return SETTING_PREFIXES.flatMap((prefix) => {
    const names = known.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    return Object.keys(environment)
      .filter((name) => name.startsWith(prefix) && !names.includes(name.slice(prefix.length)))
      .map((variable) => {
        const nearest = nearestName(variable.slice(prefix.length), names);
        const advice = nearest === undefined ? '' : `; did you mean ${prefix}${nearest}?`;
        return { variable, problem: `is not a known setting${advice}` };
      });
  });
}
