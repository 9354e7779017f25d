import type { Repositories } from '@test-coordinator/ports';

import type { RepositoryContext } from './repository-context.js';
import { StubChaosEventsRepository } from './stub-chaos-events-repository.js';
import { StubScenariosRepository } from './stub-scenarios-repository.js';
import { StubTestResultsRepository } from './stub-test-results-repository.js';
import { StubTestRunsRepository } from './stub-test-runs-repository.js';

/** The record repositories over one store, or over one unit of work. */
export function recordRepositories(context: RepositoryContext): Repositories {
  return Object.freeze({
    scenarios: new StubScenariosRepository(context),
    testRuns: new StubTestRunsRepository(context),
    chaosEvents: new StubChaosEventsRepository(context),
    testResults: new StubTestResultsRepository(context),
  });
}
