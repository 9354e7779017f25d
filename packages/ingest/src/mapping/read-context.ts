import type { ImportWarnings } from './import-warnings.js';
import type { ReadReportOptions } from './parsed-report.js';
import type { ZoneOffset } from './timestamp.js';

/** What a reader of one format works with. */
export interface ReadContext extends Omit<ReadReportOptions, 'zone'> {
  /** Of JUnit times without an offset. */
  readonly zone: ZoneOffset;
  /** The time of import, for checks that the file gives no time for. */
  readonly now: Date;
  readonly warnings: ImportWarnings;
}
