import type { TestRun } from '@test-coordinator/domain';
import { DataAdapterError, type Repositories } from '@test-coordinator/ports';
import { findRunNamed } from '@test-coordinator/verdict';

/** The run of this id or externalId. @throws DataAdapterError `NOT_FOUND` */
export async function knownRun({ testRuns }: Repositories, name: string): Promise<TestRun> {
  const run = await findRunNamed(testRuns, name);
  if (run !== null) return run;
  throw new DataAdapterError('NOT_FOUND', `no run has the id or the externalId ${JSON.stringify(name)}`);
}
