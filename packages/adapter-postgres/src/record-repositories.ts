import type { Repositories } from '@test-coordinator/ports';

import { PostgresChaosEventsRepository } from './postgres-chaos-events-repository.js';
import { PostgresScenariosRepository } from './postgres-scenarios-repository.js';
import { PostgresTestResultsRepository } from './postgres-test-results-repository.js';
import { PostgresTestRunsRepository } from './postgres-test-runs-repository.js';
import type { RepositoryContext } from './repository-context.js';

/** The four record repositories on one session. */
export function recordRepositories(context: RepositoryContext): Repositories {
  return Object.freeze({
    scenarios: new PostgresScenariosRepository(context),
    testRuns: new PostgresTestRunsRepository(context),
    chaosEvents: new PostgresChaosEventsRepository(context),
    testResults: new PostgresTestResultsRepository(context),
  });
}
