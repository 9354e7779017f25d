import type {
  NewScenario,
  Scenario,
  ScenarioChanges,
  ScenarioStatus,
  ScenarioType,
} from '@test-coordinator/domain';

import type { CallOptions } from './call-options.js';
import type { ScenarioFilter } from './filters.js';
import type { ListRequest, Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

/**
 * Chaos test definitions. Every list is newest first: by `createdAt`, then by id, both descending (ids compare
 * by their characters' codes). Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface ScenariosRepository {
  /**
   * Records a scenario. The store's clock sets `createdAt` and `updatedAt`; `version` starts at 1.
   * Creating it again with the same content answers with the stored record as it is now, so a retry is safe even
   * after the record has moved on: what is compared is what was given at creation, defaults filled in.
   * Codes: `INVALID_ARGUMENT`; `ALREADY_EXISTS` for the same id with other content, and nothing is overwritten.
   */
  create(scenario: NewScenario, options?: CallOptions): Promise<Scenario>;

  /** The scenario, or `null`. Codes: `INVALID_ARGUMENT` for what is no scenario id. */
  getById(scenarioId: string, options?: CallOptions): Promise<Scenario | null>;

  /**
   * Changes fields in one guarded step; a field that is left out stays, `null` clears an optional one. `version` is
   * the one that the caller read. Answers with the changed record, one version later, `updatedAt` by the store's clock.
   * Codes: `INVALID_ARGUMENT`; `NOT_FOUND`; `VERSION_CONFLICT` when the record has moved on, and nothing changes.
   */
  update(
    scenarioId: string,
    version: number,
    changes: ScenarioChanges,
    options?: CallOptions,
  ): Promise<Scenario>;

  /**
   * Removes the scenario and answers whether there was one. Other scenarios may keep naming it in `dependsOn`.
   * Codes: `INVALID_ARGUMENT`; `IN_USE` while it has runs, and nothing is removed.
   */
  delete(scenarioId: string, options?: CallOptions): Promise<boolean>;

  /** The scenarios that match every field of the filter. Codes: `INVALID_ARGUMENT`, also for a field that is not known. */
  find(filter: ScenarioFilter, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>>;

  /** All scenarios; the page may start after an `offset`. Codes: `INVALID_ARGUMENT`. */
  listAll(page?: ListRequest, options?: CallOptions): Promise<Page<Scenario>>;

  /** `find({ types: [scenarioType] })`. */
  getByType(scenarioType: ScenarioType, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>>;

  /** `find({ statuses: [status] })`. */
  getByStatus(status: ScenarioStatus, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>>;

  /**
   * Moves the scenario's status in one guarded step: of many concurrent moves out of one status, one wins.
   * Moving to the status it is in changes nothing and answers with the record.
   * Codes: `INVALID_ARGUMENT`; `NOT_FOUND`; `ILLEGAL_TRANSITION`, and nothing changes.
   */
  updateStatus(scenarioId: string, status: ScenarioStatus, options?: CallOptions): Promise<Scenario>;

  /** `find({ tag })`: scenarios that carry exactly this tag. */
  searchByTag(tag: string, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>>;

  /** `find({ statuses: ['active'] })`. */
  getActiveScenarios(page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>>;
}
export const ScenariosRepository: Token<ScenariosRepository> = token('ScenariosRepository');
