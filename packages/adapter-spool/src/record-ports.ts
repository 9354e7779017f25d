import type { AuditLog, Repositories, UnitOfWork } from '@test-coordinator/ports';

/** The record ports of one adapter, and its audit log. */
export interface RecordPorts extends Repositories {
  readonly unitOfWork: UnitOfWork;
  readonly auditLog: AuditLog;
}
