import type { AssertionType, JsonValue, ResultStatus } from '@test-coordinator/domain';
import { maskSecrets } from '@test-coordinator/ports';

import type { ImportWarnings } from './import-warnings.js';
import type { ParsedResult } from './parsed-report.js';
import {
  cutText,
  escapedText,
  MAX_ERROR_TEXT,
  MAX_VALUE_TEXT,
  needsEscape,
  nameText,
} from './stored-text.js';

/** A result as a file tells it: texts as they come, metadata with members that may be missing. */
export interface RawResult {
  readonly name: string;
  readonly assertionType: AssertionType;
  readonly expected: string;
  readonly actual: string;
  readonly status: ResultStatus;
  readonly verificationTime: Date;
  readonly errorDetails?: string | undefined;
  readonly attempt?: number | undefined;
  readonly flaky?: boolean | undefined;
  readonly metadata: Readonly<Record<string, JsonValue | undefined>>;
  readonly correlation?: ParsedResult['correlation'];
}

const MAX_ATTEMPT = 32_767;

/**
 * A result that every store can hold: names cut to their limit (hostile ones refused), texts masked, escaped and cut,
 * missing metadata left out. `metadata.escaped` names the fields that are escaped. @throws ReportRefusedError
 */
export function parsedResult(raw: RawResult, warnings: ImportWarnings): ParsedResult {
  const name = nameText(raw.name, 'the name of a result');
  const escaped: string[] = [];
  const stored = (field: string, text: string, max: number): string => {
    const masked = maskSecrets(text);
    if (!needsEscape(masked)) return cutText(masked, max);
    escaped.push(field);
    warnings.addAt('text with NUL characters or half surrogate pairs is kept with escapes', name);
    return cutText(escapedText(masked), max);
  };
  const expectedValue = stored('expectedValue', raw.expected, MAX_VALUE_TEXT);
  const actualValue = stored('actualValue', raw.actual, MAX_VALUE_TEXT);
  const errorDetails =
    raw.errorDetails === undefined ? undefined : stored('errorDetails', raw.errorDetails, MAX_ERROR_TEXT);
  const metadata: Record<string, JsonValue> = present(raw.metadata);
  if (escaped.length > 0) metadata['escaped'] = escaped;
  return {
    ...(name !== '' && { name }),
    assertionType: raw.assertionType,
    expectedValue,
    actualValue,
    status: raw.status,
    verificationTime: raw.verificationTime,
    ...(errorDetails !== undefined && { errorDetails }),
    attempt: Math.min(raw.attempt ?? 1, MAX_ATTEMPT),
    flaky: raw.flaky ?? false,
    metadata,
    ...(raw.correlation !== undefined && { correlation: raw.correlation }),
  };
}

/** The members that are there, with their texts in a form that every store can hold. */
export function present(members: Readonly<Record<string, JsonValue | undefined>>): Record<string, JsonValue> {
  const found: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined || value === null) continue;
    found[key] =
      typeof value === 'string' ? cutText(needsEscape(value) ? escapedText(value) : value, 1_000) : value;
  }
  return found;
}

/** Seconds, as a file tells them, in whole milliseconds; `null` for what is no duration. */
export function millisecondsOf(seconds: number | undefined): number | null {
  const milliseconds = Math.round((seconds ?? Number.NaN) * 1_000);
  return Number.isSafeInteger(milliseconds) && milliseconds >= 0 ? milliseconds : null;
}
