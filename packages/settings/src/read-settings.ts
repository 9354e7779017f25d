import { maskSecrets } from '@test-coordinator/ports';

import { nearestName } from './nearest-name.js';
import type { SettingTable, SettingsOf } from './setting.js';
import { SettingsError, type SettingProblem } from './settings-error.js';

const SHOWN_CHARACTERS = 60;

type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadOptions<Table> {
  /** Every variable that starts with one of these must be in the table. */
  readonly prefixes: readonly string[];
  /** What to use for absent variables instead of the table's values. */
  readonly defaults?: Partial<SettingsOf<Table>>;
  /** What no setting alone is wrong in, told with the rest. A setting that could not be read is absent. */
  readonly contradictions?: (settings: Partial<SettingsOf<Table>>) => readonly SettingProblem[];
}

/**
 * Reads the settings of a table out of the environment's variables. An empty variable counts as absent.
 * @throws SettingsError naming every variable that is wrong, and every one under the prefixes that is not known.
 */
export function readSettings<Table extends SettingTable>(
  table: Table,
  environment: Environment,
  { prefixes, defaults = {}, contradictions = () => [] }: ReadOptions<Table>,
): SettingsOf<Table> {
  const problems: SettingProblem[] = [];
  const settings: Partial<Record<keyof Table, unknown>> = {};
  for (const key of Object.keys(table) as (keyof Table)[]) {
    const { variable, kind, fallback } = table[key]!;
    const text = environment[variable]?.trim() ?? '';
    if (text === '') {
      settings[key] = defaults[key] ?? fallback;
      continue;
    }
    const read = kind.parse(text);
    if ('value' in read) settings[key] = read.value;
    else problems.push({ variable, problem: `${read.problem}, not ${kind.isSecret ? '***' : shown(text)}` });
  }
  problems.push(
    ...unknownVariables(table, environment, prefixes),
    ...contradictions(settings as Partial<SettingsOf<Table>>),
  );
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(settings) as SettingsOf<Table>;
}

/** A secret may have been given to the wrong variable, so the value of any is masked. */
function shown(text: string): string {
  const masked = maskSecrets(text);
  return JSON.stringify(masked.length > SHOWN_CHARACTERS ? `${masked.slice(0, SHOWN_CHARACTERS)}…` : masked);
}

function unknownVariables(
  table: SettingTable,
  environment: Environment,
  prefixes: readonly string[],
): SettingProblem[] {
  const known = Object.values(table).map(({ variable }) => variable);
  return prefixes.flatMap((prefix) => {
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
