import type { Clock, IdGenerator } from '@test-coordinator/ports';

import type { Calls } from './calls.js';
import type { RecordStore } from './record-store.js';

/** What the record repositories of one store or one unit of work share. */
export interface RepositoryContext {
  readonly records: RecordStore;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}
