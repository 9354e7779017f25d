import type { Clock, IdGenerator } from '@test-coordinator/ports';

import type { Session } from './session.js';
import type { Tables } from './tables.js';

/** What every repository works with. */
export interface RepositoryContext {
  readonly session: Session;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}
