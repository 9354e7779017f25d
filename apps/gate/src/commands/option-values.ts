import { UsageError } from './gate-command.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `5s`, `500ms`, `30m`, `24h` or `7d`, in milliseconds. @throws UsageError */
export function readDuration(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`${option} must be a duration such as 500ms, 5s, 30m, 24h or 7d.`);
  return Math.round(Number(count) * UNITS[unit]!);
}

/** A share from 0 to 1. @throws UsageError */
export function readShare(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const share = /^\d(?:\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(share >= 0 && share <= 1)) throw new UsageError(`${option} must be from 0 to 1, such as 0.99.`);
  return share;
}

/** A whole number. @throws UsageError */
export function readCount(
  text: string | undefined,
  option: string,
  least = 0,
  most = 1_000_000,
): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= least && count <= most))
    throw new UsageError(`${option} must be a whole number from ${least} to ${most}.`);
  return count;
}

/** One of a few words. @throws UsageError */
export function readWord<Word extends string>(text: string, words: readonly Word[], option: string): Word {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new UsageError(`${option} must be one of ${words.join(', ')}.`);
  return word;
}

/** @throws UsageError when it is missing. */
export function required(text: string | undefined, option: string): string {
  if (text === undefined || text === '') throw new UsageError(`${option} is missing.`);
  return text;
}

/** The wanted number of positional arguments. @throws UsageError */
export function positional(given: readonly string[], names: readonly string[]): readonly string[] {
  if (given.length === names.length) return given;
  throw new UsageError(
    names.length === 0
      ? `There is no argument ${JSON.stringify(given[0]!.slice(0, 60))}.`
      : `It takes ${names.join(' and ')}.`,
  );
}
