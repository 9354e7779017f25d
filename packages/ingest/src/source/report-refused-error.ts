/**
 * Why a source was refused. The list is closed and documented in the README of this package.
 * `TOO_LARGE`: over a stated limit (bytes, depth, number of results). `UNSUPPORTED_ENCODING`: not UTF-8, UTF-16 or a
 * declared latin1, or no text at all. `UNKNOWN_FORMAT`: sound text of no format that is known here. `MALFORMED`: cut
 * off, or against the grammar of JSON, XML or YAML. `UNSAFE`: a DTD, entities, alias bombs, keys that reach a
 * prototype, numbers that no number can hold. `INVALID_REPORT`: a known format that breaks its own rules.
 */
export type RefusalCode =
  'TOO_LARGE' | 'UNSUPPORTED_ENCODING' | 'UNKNOWN_FORMAT' | 'MALFORMED' | 'UNSAFE' | 'INVALID_REPORT';

/** A source that is not taken in. Nothing of it is stored. The message names the place, never a value of the file. */
export class ReportRefusedError extends Error {
  override readonly name = 'ReportRefusedError';

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}
