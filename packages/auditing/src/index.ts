export {
  AuditTrail,
  type Attempt,
  type AuditTrailDependencies,
  type ChainHead,
  type Outcome,
} from './audit-trail.js';
export { AUDITED_METHODS, auditedPort } from './audited-port.js';
export type { AuditablePorts } from './audit-rules.js';
export { recordedChange, type Told } from './recorded-change.js';
export { CheckpointSchedule, type CheckpointScheduleDependencies } from './checkpoint-schedule.js';
export {
  checkpointLine,
  isSignedBy,
  readCheckpoint,
  signCheckpoint,
  type SignedCheckpoint,
} from './checkpoints.js';
export { verifyAuditLog } from './verify-audit-log.js';
