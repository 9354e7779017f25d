import type { Repositories, UnitOfWork } from '@test-coordinator/ports';

/** The record ports of one adapter. */
export interface RecordPorts extends Repositories {
  readonly unitOfWork: UnitOfWork;
}
