import { expect } from 'chai';
import { fixtures } from '@test-coordinator/contract-tests';
import type { NewTestResult } from '@test-coordinator/domain';
import { DataAdapterError } from '@test-coordinator/ports';

import { openAdapter, recordRun } from './opened-adapter.js';

interface Refusal {
  readonly code: string;
  readonly paths: readonly string[];
  readonly stored: number;
}

/** What a batch that must be refused is told, and how many results are stored afterwards. */
async function refusalOfBatch(batch: readonly unknown[]): Promise<Refusal> {
  const { adapter } = await openAdapter();
  await recordRun(adapter);
  const { testResults } = adapter.ports;
  await testResults.create(fixtures.testResult());
  try {
    await testResults.bulkCreate(batch as readonly NewTestResult[]);
  } catch (error) {
    if (!DataAdapterError.is(error)) throw error;
    const problems = error.details?.['problems'] as readonly { readonly path: string }[];
    const stored = (await testResults.find({})).items.length;
    return { code: error.code, paths: problems.map(({ path }) => path), stored };
  }
  throw new Error('the batch was answered');
}

describe('Given a batch of results of which some are bad', () => {
  const good = (n: number): NewTestResult => fixtures.testResult({ resultId: fixtures.id(n) });

  it('When fields break rules, Then each is told with its place', async () => {
    const bad = { ...good(3), status: 'maybe', attempt: 0 };

    expect(await refusalOfBatch([good(2), bad, { ...good(4), runId: 'no id' }])).to.deep.equal({
      code: 'INVALID_ARGUMENT',
      paths: ['results[1].status', 'results[1].attempt', 'results[2].runId'],
      stored: 1,
    });
  });

  it('When items are no objects, Then their places are told', async () => {
    expect((await refusalOfBatch([good(2), null, 'text'])).paths).to.deep.equal(['results[1]', 'results[2]']);
  });

  it('When all of a thousand are bad, Then twenty are told', async () => {
    const batch = Array.from({ length: 1_000 }, () => ({}));

    expect((await refusalOfBatch(batch)).paths).to.have.length(20);
  });

  it('When the last one names an unknown run, Then none is stored', async () => {
    const stray = fixtures.testResult({ resultId: fixtures.id(3), runId: fixtures.id(99) });

    expect(await refusalOfBatch([good(2), stray])).to.deep.equal({
      code: 'REFERENCE_VIOLATION',
      paths: ['results[1].runId'],
      stored: 1,
    });
  });

  for (const [whose, n] of [
    ['a stored result', 1],
    ['another of the batch', 2],
  ] as const) {
    it(`When one has the id of ${whose} and other content, Then none is stored`, async () => {
      const other = fixtures.testResult({ resultId: fixtures.id(n), actualValue: 'something else' });

      expect(await refusalOfBatch([good(2), good(3), other])).to.deep.equal({
        code: 'ALREADY_EXISTS',
        paths: ['results[2].resultId'],
        stored: 1,
      });
    });
  }
});
