import type { NewTestResult } from '@test-coordinator/domain';
import { DataAdapterError, importInBatches, type TestResultsRepository } from '@test-coordinator/ports';

import { problemPaths } from '../outcome.js';
import { instead, onRefusal, type Saboteur } from './saboteur.js';

type ImportAll = TestResultsRepository['importAll'];
type Results = Parameters<ImportAll>[0];
type BulkCreate = TestResultsRepository['bulkCreate'];

/** An adapter whose import is another one. */
function importing(mistake: string, broken: (testResults: TestResultsRepository) => ImportAll): Saboteur {
  return {
    mistake,
    caughtBy: ['testResults/import'],
    sabotage({ ports: { testResults } }) {
      return { ports: { testResults: instead(testResults, { importAll: broken(testResults) }) } };
    },
  };
}

/** An adapter whose import does something else with each batch. */
function recording(mistake: string, broken: (testResults: TestResultsRepository) => BulkCreate): Saboteur {
  return importing(
    mistake,
    (testResults) => (results, options) =>
      importInBatches({ bulkCreate: broken(testResults) }, results, options),
  );
}

/** What is no source is left to the good adapter. */
function isSource(results: Results): boolean {
  return Symbol.asyncIterator in Object(results) || Symbol.iterator in Object(results);
}

async function listOf(results: Results): Promise<readonly NewTestResult[]> {
  const list: NewTestResult[] = [];
  for await (const result of results) list.push(result);
  return list;
}

async function* withoutBad(results: Results): AsyncGenerator<NewTestResult> {
  for await (const result of results) if ((result.status as string) !== 'ok') yield result;
}

/** A source that can only be asked for more. */
async function* neverClosed(results: Results): AsyncGenerator<NewTestResult> {
  const iterator =
    Symbol.asyncIterator in results ? results[Symbol.asyncIterator]() : results[Symbol.iterator]();
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
}

export const importSaboteurs: readonly Saboteur[] = [
  importing('reads a whole source before it records any of it', (testResults) => async (results, options) => {
    if (!isSource(results) || options?.signal?.aborted === true)
      return testResults.importAll(results, options);
    return testResults.importAll(await listOf(results), options);
  }),
  importing(
    'leaves out bad results of an import',
    (testResults) => (results, options) =>
      testResults.importAll(isSource(results) ? withoutBad(results) : results, options),
  ),
  importing(
    'leaves the source of an import open',
    (testResults) => (results, options) =>
      testResults.importAll(isSource(results) ? neverClosed(results) : results, options),
  ),
  importing(
    'counts the place of a bad result from the start of its batch',
    (testResults) => (results, options) =>
      onRefusal(testResults.importAll(results, options), 'INVALID_ARGUMENT', (error) => {
        const inBatch = (path: string): string => path.replace(/\d+/, (place) => `${Number(place) % 1_000}`);
        const problems = problemPaths(error).map((path) => ({ path: inBatch(path), problem: 'is wrong' }));
        throw new DataAdapterError('INVALID_ARGUMENT', error.message, { problems });
      }),
  ),
  importing(
    'tells of an import only when all is recorded',
    (testResults) =>
      async (results, { onProgress, ...options } = {}) => {
        const progress = await testResults.importAll(results, options);
        if (progress.recorded > 0) onProgress?.(progress);
        return progress;
      },
  ),
  recording(
    'goes on with the next batch of an import after a refused one',
    (testResults) => (batch, options) =>
      onRefusal(testResults.bulkCreate(batch, options), 'REFERENCE_VIOLATION', () => []),
  ),
  recording('imports one by one, and leaves half of a batch', (testResults) => async (batch, options) => {
    for (const result of batch) await testResults.create(result, options);
    return [];
  }),
  recording(
    'looks at the signal of an import only at its start',
    (testResults) => (batch) => testResults.bulkCreate(batch),
  ),
  recording(
    'records each batch of an import in the wrong order',
    (testResults) => (batch, options) => testResults.bulkCreate([...batch].reverse(), options),
  ),
];
