import type { SettingKind } from './setting-kinds.js';

/** One setting: the variable that gives it, how it is read, and what it is when the variable is absent or empty. */
export interface Setting<Value, Fallback extends Value | undefined = Value | undefined> {
  readonly variable: string;
  readonly kind: SettingKind<Value>;
  readonly fallback: Fallback;
  /** One sentence for a person. */
  readonly meaning: string;
}

export function setting<Value, Fallback extends Value | undefined>(
  variable: string,
  kind: SettingKind<Value>,
  fallback: Fallback,
  meaning: string,
): Setting<Value, Fallback> {
  return { variable, kind, fallback, meaning };
}

export const HTTP = 'TEST_COORDINATOR_HTTP_';
export const TRACES = 'TEST_COORDINATOR_TRACES_';
