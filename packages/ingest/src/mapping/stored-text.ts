import { plainTextProblem } from '@test-coordinator/domain';
import { maskSecrets } from '@test-coordinator/ports';

import { ReportRefusedError } from '../source/report-refused-error.js';

/** Longest text that is kept of an expected or actual value, and of error details, in UTF-16 units. */
export const MAX_VALUE_TEXT = 4_096;
export const MAX_ERROR_TEXT = 16_384;
/** Names longer than this are cut; the domain's limit for results. */
const MAX_NAME = 1_000;
/** Room for the mark that tells how much was cut off. */
const CUT_MARK_ROOM = 40;

/** `text` with at most `max` units (from 80); what is left out is told at its end. Never cuts a surrogate pair in half. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = max - CUT_MARK_ROOM;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return `${text.slice(0, end)}… (${text.length - end} more characters)`;
}

/** A name or an id, without blanks around it and with secrets in it masked. @throws ReportRefusedError when no store could hold it as it is. */
export function nameText(text: string, path: string, max = MAX_NAME): string {
  const problem = plainTextProblem(text);
  if (problem !== undefined) throw new ReportRefusedError('INVALID_REPORT', `${path} ${problem}`);
  return cutText(maskSecrets(text.trim()), max);
}

export function needsEscape(text: string): boolean {
  return plainTextProblem(text) !== undefined;
}

/**
 * Free text that holds a NUL or a lone surrogate, with these written as `\u0000` and `\ud800`, and every backslash
 * doubled: replacing both forms gives the original back. Test output does contain them, and a store that took them
 * would refuse them (NUL) or change them in silence (a lone surrogate).
 */
export function escapedText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\0', '\\u0000')
    .replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) =>
      found.length === 2 ? found : `\\u${found.charCodeAt(0).toString(16)}`,
    );
}

/** The text that `escapedText` was made of. */
export function unescapedText(text: string): string {
  return text.replace(/\\(?:\\|u([0-9a-f]{4}))/g, (_found, code: string | undefined) =>
    code === undefined ? '\\' : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
