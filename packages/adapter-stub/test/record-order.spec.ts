import { expect } from 'chai';
import fc from 'fast-check';
import { createStubAdapter } from '@test-coordinator/adapter-stub';
import { fixtures } from '@test-coordinator/contract-tests';
import type { TestResult } from '@test-coordinator/domain';
import type { Page, PageRequest } from '@test-coordinator/ports';

import { openAdapter, recordRun } from './opened-adapter.js';

const SEED = 20_260_116;

/** The numbers 0 … count − 1 in an order that jumps about: 7919 is prime. */
function scattered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (index * 7_919) % count);
}

async function readAll(list: (page: PageRequest) => Promise<Page<TestResult>>): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<TestResult> = await list({ limit: 137, cursor });
    found.push(...page.items.map(({ resultId }) => resultId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

describe('Given results whose ids come out of order', () => {
  it('When 5,000 are recorded, Then every list has them by id', async () => {
    const { adapter } = await openAdapter();
    const { runId } = await recordRun(adapter);
    const { testResults } = adapter.ports;
    const ids = scattered(5_000).map((index) => fixtures.id(index + 1));
    for (const resultId of ids) await testResults.create(fixtures.testResult({ resultId, runId }));
    const ascending = [...ids].sort();

    expect(await readAll((page) => testResults.getByRun(runId, page))).to.deep.equal(ascending);
    expect(await readAll((page) => testResults.find({}, page))).to.deep.equal(ascending.toReversed());
    expect(await readAll((page) => testResults.getFailedResults(page))).to.deep.equal(ascending.toReversed());
  });

  it('When runs between them are deleted, Then the others stay in order and are counted', async () => {
    const { adapter } = await openAdapter();
    await recordRun(adapter);
    const { testRuns, testResults } = adapter.ports;
    for (const run of [2, 3, 4]) await testRuns.create(fixtures.testRun({ runId: fixtures.id(run) }));
    const runOf = (index: number): string => fixtures.id((index % 4) + 1);
    for (const index of scattered(4_001)) {
      await testResults.create(
        fixtures.testResult({ resultId: fixtures.id(index + 1), runId: runOf(index) }),
      );
    }

    await testRuns.delete(fixtures.id(2));
    await testRuns.delete(fixtures.id(4));

    const left = Array.from({ length: 4_001 }, (_, index) => index).filter((index) => index % 2 === 0);
    const expected = left.map((index) => fixtures.id(index + 1));
    expect(await readAll((page) => testResults.find({}, page))).to.deep.equal(expected.toReversed());
    expect((await testResults.countByStatus()).failed).to.equal(left.length);
    expect((await testResults.countByStatus({ runId: fixtures.id(4) })).failed).to.equal(0);
  });

  it(`When results come and go in any order, Then lists and counts agree with a sort (seed ${SEED})`, async () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), {
      minLength: 1,
      maxLength: 1_500,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(numbers, fc.integer({ min: 1, max: 5 }), async (given, runs) => {
        const { adapter } = await openAdapter();
        await recordRun(adapter);
        const { testRuns, testResults } = adapter.ports;
        for (let run = 2; run <= runs; run += 1) {
          await testRuns.create(fixtures.testRun({ runId: fixtures.id(run) }));
        }
        const runOf = (number: number): number => (number % runs) + 1;
        for (const number of given) {
          const resultId = fixtures.id(number);
          await testResults.create(fixtures.testResult({ resultId, runId: fixtures.id(runOf(number)) }));
        }
        await testRuns.delete(fixtures.id(1));

        const left = given.filter((number) => runOf(number) !== 1).map((number) => fixtures.id(number));
        expect(await readAll((page) => testResults.find({}, page))).to.deep.equal(left.sort().toReversed());
        expect((await testResults.countByStatus()).failed).to.equal(left.length);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });
});

describe('Given many results of which few are in a range of time', () => {
  it('When they are read page by page, Then they come in the order of their ids', async () => {
    const { adapter } = await openAdapter();
    const { runId } = await recordRun(adapter);
    const { testResults } = adapter.ports;
    // The time runs against the ids, so that the order of one is not the order of the other.
    const inputs = Array.from({ length: 1_000 }, (_, index) =>
      fixtures.testResult({
        resultId: fixtures.id(index + 1),
        runId,
        verificationTime: fixtures.at(1_000 - index),
      }),
    );
    await testResults.bulkCreate(inputs);
    const filter = { from: fixtures.at(501), to: fixtures.at(521) };
    const expected = Array.from({ length: 20 }, (_, index) => fixtures.id(481 + index));

    const ascending = await testResults.find({ ...filter, runId }, { limit: 15 });
    const rest = await testResults.find({ ...filter, runId }, { limit: 15, cursor: ascending.nextCursor! });
    const descending = await testResults.find(filter);

    const idsOf = (page: Page<TestResult>): string[] => page.items.map(({ resultId }) => resultId);
    expect([...idsOf(ascending), ...idsOf(rest)]).to.deep.equal(expected);
    expect(rest.nextCursor).to.equal(null);
    expect(idsOf(descending)).to.deep.equal(expected.toReversed());
  });

  it('When the range is turned round, Then it is empty', async () => {
    const { adapter } = await openAdapter();
    const { runId } = await recordRun(adapter);
    await adapter.ports.testResults.create(fixtures.testResult({ runId, verificationTime: fixtures.at(0) }));

    const page = await adapter.ports.testResults.find({ from: fixtures.at(10), to: fixtures.at(-10) });

    expect(page.items).to.deep.equal([]);
  });
});

describe('Given an adapter that is built without a clock and ids', () => {
  it('When results are recorded, Then their ids rise', async () => {
    await using adapter = createStubAdapter();
    await adapter.start();
    const { runId } = await recordRun(adapter);
    const inputs = Array.from({ length: 1_000 }, () => fixtures.testResult({ resultId: null, runId }));

    const ids = (await adapter.ports.testResults.bulkCreate(inputs)).map(({ resultId }) => resultId);

    expect(ids).to.deep.equal([...new Set(ids)].sort());
  });
});
