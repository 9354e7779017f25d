import type { CallOptions } from './call-options.js';
import type { ChaosEventsRepository } from './chaos-events-repository.js';
import type { ScenariosRepository } from './scenarios-repository.js';
import type { TestResultsRepository } from './test-results-repository.js';
import type { TestRunsRepository } from './test-runs-repository.js';
import { token, type Token } from './token.js';

/** The record repositories, bound to one unit of work. */
export interface Repositories {
  readonly scenarios: ScenariosRepository;
  readonly testRuns: TestRunsRepository;
  readonly chaosEvents: ChaosEventsRepository;
  readonly testResults: TestResultsRepository;
}

/**
 * Several writes that are stored together or not at all.
 */
export interface UnitOfWork {
  /**
   * Runs `work` with repositories whose writes only they see until `work` resolves; then all are committed in one step
   * and its value is answered. When any write of it was refused (even if `work` caught that), nothing is stored and the
   * call rejects with the first refusal; otherwise, when `work` rejects, nothing is stored and the call rejects with
   * what `work` threw. A refused read does not undo the unit.
   * The repositories are `CLOSED` once `work` has settled. Units do not nest.
   * Codes: those of the writes; `VERSION_CONFLICT` when a record that the unit wrote was changed by somebody else
   * before the commit: read again and retry the whole unit.
   */
  run<Value>(work: (repositories: Repositories) => Promise<Value>, options?: CallOptions): Promise<Value>;
}
export const UnitOfWork: Token<UnitOfWork> = token('UnitOfWork');
