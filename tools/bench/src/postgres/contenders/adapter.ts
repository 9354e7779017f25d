import { createPostgresAdapter } from '@test-coordinator/adapter-postgres';

import type { PostgresContender } from '../contender.js';
import { PAGE, POOL_SIZE } from '../result-row.js';

/** The product: it validates, looks the parent up, keeps the same-id rule, and answers with frozen domain records. */
export async function adapter(url: string): Promise<PostgresContender> {
  const opened = createPostgresAdapter({ settings: { url, poolSize: POOL_SIZE, maxOverflow: 0 } });
  await opened.start();
  const { testResults, testRuns } = opened.ports;
  return {
    getById: (id) => testResults.getById(id),
    listByRun: async (runId) => (await testResults.getByRun(runId, { limit: PAGE })).items,
    create: (result) => testResults.create(result),
    bulkCreate: (results) => testResults.bulkCreate(results),
    update: (runId, version, testEnvironment) => testRuns.update(runId, version, { testEnvironment }),
    start: (runId) => testRuns.startRun(runId),
  };
}
