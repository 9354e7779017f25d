import type { SettingKind } from './setting-kinds.js';

/** One setting: the variable that gives it, how it is read, and what it is when the variable is absent or empty. */
export interface Setting<Value, Fallback extends Value | undefined = Value | undefined> {
  readonly variable: string;
  readonly kind: SettingKind<Value>;
  readonly fallback: Fallback;
  /** One sentence for a person. */
  readonly meaning: string;
}

/** Settings by the names under which a program knows them. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

type ValueOf<Entry> = Entry extends Setting<infer Value, infer Fallback> ? Value | Fallback : never;
type Widened<Value> = Value extends number ? number : Value extends boolean ? boolean : Value;

/** What a process was told, read once and never changed. */
export type SettingsOf<Table> = { readonly [Key in keyof Table]: Widened<ValueOf<Table[Key]>> };

export function setting<Value, Fallback extends Value | undefined>(
  variable: string,
  kind: SettingKind<Value>,
  fallback: Fallback,
  meaning: string,
): Setting<Value, Fallback> {
  return { variable, kind, fallback, meaning };
}
