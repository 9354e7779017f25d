import { isReadableId, isUuidV7, plainTextProblem } from '@test-coordinator/domain';

import { DataAdapterError } from './data-adapter-error.js';

/**
 * The checks that every adapter makes on the plain arguments of port methods, before any I/O, so that one answer
 * is given everywhere. Each throws DataAdapterError `INVALID_ARGUMENT` that names the argument.
 */

/** Most results in one `bulkCreate`, and most ids or keys in one call over many. */
export const MAX_BULK = 1_000;

export function checkScenarioId(scenarioId: unknown): asserts scenarioId is string {
  if (!isReadableId(scenarioId))
    refuse('scenarioId', 'must be 1–128 letters, digits or . _ : -, letter or digit first');
}

export function checkServiceId(serviceId: unknown, path = 'serviceId'): asserts serviceId is string {
  if (!isReadableId(serviceId))
    refuse(path, 'must be 1–128 letters, digits or . _ : -, letter or digit first');
}

export function checkUuid(
  id: unknown,
  path: 'runId' | 'baselineRunId' | 'eventId' | 'resultId',
): asserts id is string {
  if (!isUuidV7(id)) refuse(path, 'must be a UUIDv7 in lower case');
}

export function checkVersion(version: unknown): asserts version is number {
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    refuse('version', 'must be a whole number from 1');
}

export function checkOneOf<Word extends string>(
  value: unknown,
  words: readonly Word[],
  path: string,
): asserts value is Word {
  if (!words.includes(value as Word)) refuse(path, `must be one of ${words.join(', ')}`);
}

/** Tags, services, correlation ids and the like: characters that every store can hold, 1–1000 of them unless told. */
export function checkText(value: unknown, path: string, least = 1, most = 1_000): asserts value is string {
  if (typeof value !== 'string' || value.length < least || value.length > most) {
    refuse(path, `must be text of ${least}–${most} characters`);
  }
  const problem = plainTextProblem(value);
  if (problem !== undefined) refuse(path, problem);
}

/** A whole number from `least` to `most`. */
export function checkWhole(
  value: unknown,
  path: string,
  least: number,
  most: number,
): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
    refuse(path, `must be a whole number from ${least} to ${most}`);
}

export function checkDate(value: unknown, path: string): asserts value is Date {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) refuse(path, 'must be a valid Date');
}

export function checkBulk(items: unknown, path: string, least = 1): asserts items is readonly unknown[] {
  if (!Array.isArray(items) || items.length < least || items.length > MAX_BULK) {
    refuse(path, `must be a list of ${least}–${MAX_BULK} items`);
  }
}

export function refuse(path: string, problem: string): never {
  throw new DataAdapterError('INVALID_ARGUMENT', `${path} ${problem}`, { problems: [{ path, problem }] });
}
