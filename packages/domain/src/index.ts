export {
  ACTIVE_EVENT_STATUSES,
  ASSERTION_TYPES,
  EVENT_STATUSES,
  EVENT_TYPES,
  FINAL_RUN_STATUSES,
  RESULT_STATUSES,
  RUN_STATUSES,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  type AssertionType,
  type EventStatus,
  type EventType,
  type FinalRunStatus,
  type ResultStatus,
  type RunStatus,
  type ScenarioStatus,
  type ScenarioType,
} from './enumerations.js';
export {
  EVENT_MOVES,
  IllegalTransitionError,
  RUN_MOVES,
  SCENARIO_MOVES,
  judgeMove,
  sourcesOf,
  type StateMachine,
} from './state-machine.js';
export { InvalidValueError, type Problem } from './invalid-value-error.js';
export {
  MAX_JSON_BYTES,
  MAX_JSON_DEPTH,
  canonicalJson,
  frozenJson,
  jsonProblem,
  plainTextProblem,
  type JsonObject,
  type JsonProblem,
  type JsonValue,
} from './json-value.js';
export { frozenDate } from './frozen-date.js';
export type { Given, OrAbsent } from './given.js';
export { READABLE_ID, UUID_V7, isReadableId, isUuidV7 } from './identifiers.js';
export { compileRules, type CompiledRules, type RuleOptions } from './compiled-rules.js';
export type { SchemaFragment } from './rule-table.js';
export {
  changeScenario,
  moveScenario,
  newScenario,
  newScenarioRules,
  scenarioChangeRules,
  type NewScenario,
  type Scenario,
  type ScenarioChanges,
} from './scenario.js';
export {
  changeTestRun,
  completeTestRun,
  finalStatusRules,
  moveTestRun,
  newTestRun,
  newTestRunRules,
  recordTestRunCompletion,
  recordedCompletionRules,
  runCompletionRules,
  testRunChangeRules,
  type NewTestRun,
  type RunCompletion,
  type TestRun,
  type TestRunChanges,
} from './test-run.js';
export {
  changeChaosEvent,
  chaosEventChangeRules,
  eventRecoveryRules,
  moveChaosEvent,
  newChaosEvent,
  newChaosEventRules,
  recoverChaosEvent,
  type ChaosEvent,
  type ChaosEventChanges,
  type EventRecovery,
  type NewChaosEvent,
} from './chaos-event.js';
export { newTestResult, newTestResultRules, type NewTestResult, type TestResult } from './test-result.js';
export { readResultBatch } from './result-batch.js';
export {
  isHealthy,
  newServiceInfo,
  newServiceInfoRules,
  withHeartbeat,
  type NewServiceInfo,
  type ServiceInfo,
} from './service-info.js';
export {
  AUDIT_PHASES,
  AUDIT_RESULTS,
  auditContent,
  newAuditEntry,
  newAuditEntryRules,
  readAuditContent,
  type AuditEntry,
  type AuditPhase,
  type AuditResult,
  type NewAuditEntry,
} from './audit-entry.js';
export {
  CHAIN_START,
  ChainVerification,
  chainHash,
  verifyChain,
  type AuditCheckpoint,
  type AuditLink,
  type ChainFault,
  type ChainReport,
} from './audit-chain.js';
export { creationContent } from './creation-content.js';
export { UuidV7Generator } from './uuid-v7-generator.js';
export {
  countResults,
  durationStatistics,
  nearestRank,
  rateOf,
  recoveryStatistics,
  resultPassRate,
  runPassRate,
  type AssertionStatistics,
  type DurationStatistics,
  type ExcludedResult,
  type ExcludedRun,
  type PassRate,
  type RecoveryStatistics,
} from './statistics.js';
export {
  ASSERTION_PLACE,
  assertionKey,
  checkedAssertions,
  durationOf,
  type AssertionIdentity,
  type AssertionOutcome,
  type AssertionPlace,
  type CheckedAssertion,
} from './assertion.js';
export {
  COMPARISON_GROUPS,
  COMPARISON_MARKS,
  STATUS_TRANSITIONS,
  compareAssertions,
  comparedAssertion,
  comparisonGroup,
  type ComparedAssertion,
  type ComparisonGroup,
  type ComparisonMark,
  type DurationThreshold,
  type StatusTransition,
} from './run-comparison.js';
export {
  assertionHistories,
  type AssertionHistory,
  type AssertionStreak,
  type FinishedRun,
} from './assertion-history.js';
