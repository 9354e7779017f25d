export { catchSaboteur } from './catch-saboteur.js';
export { checkHistory, type Verdict } from './check-history.js';
export {
  FAULT_KINDS,
  planFaults,
  type FaultKind,
  type PlannedCycle,
  type PlannedFault,
} from './fault-plan.js';
export type { Creation, Move, Outcome, RecordKind } from './history.js';
export type { StoredRecord } from './stored-records.js';
export { nodeOptionsOf, sabotaged, SABOTEURS, type Saboteur } from './saboteurs.js';
export { isKept, isPassed, torture, type TortureOptions, type TortureReport } from './torture.js';
export { withServers, type Servers } from './world.js';
