import { expect } from 'chai';
import { MAX_BULK, type TestResultsRepository } from '@test-coordinator/ports';
import type { NewTestResult } from '@test-coordinator/domain';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { scribble, snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { id } = fixtures;

async function stored({ ports }: Trial): Promise<TestResultsRepository> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun());
  return ports.testResults;
}

function minted(fields: Partial<NewTestResult> = {}): NewTestResult {
  return fixtures.testResult({ resultId: undefined, ...fields });
}

async function ids(testResults: TestResultsRepository): Promise<readonly string[]> {
  return (await testResults.getByRun(id(1), { limit: 1_000 })).items.map(({ resultId }) => resultId);
}

/** One wrong result among good ones, and the path that the error names. */
const WRONG: readonly (readonly [wrong: unknown, path: string])[] = [
  [minted({ status: 'ok' as never }), 'results[2].status'],
  [{ ...minted(), unknown: 1 }, 'results[2].unknown'],
  [minted({ metadata: { a: [Number.NaN] } }), 'results[2].metadata.a[0]'],
  [minted({ resultId: 'r-1' }), 'results[2].resultId'],
];

function allOrNothing(
  title: string,
  wrong: NewTestResult,
  code: 'REFERENCE_VIOLATION' | 'ALREADY_EXISTS',
  path: string,
): ContractTest {
  return inWorld(title, async (trial) => {
    const testResults = await stored(trial);
    await testResults.create(fixtures.testResult());
    const before = snapshot((await testResults.find({})).items);
    const batch = [minted(), fixtures.testResult({ resultId: id(5) }), wrong, minted()];
    await expectRefusal(testResults.bulkCreate(batch), code, { path });
    expect(snapshot((await testResults.find({})).items)).to.deep.equal(before);
    expect(await testResults.getById(id(5))).to.equal(null);
  });
}

export const bulkGroup: ContractGroup = {
  subject: 'testResults',
  concern: 'bulk',
  title: 'Given a batch of results',
  tests: [
    inWorld(
      'When it is recorded, Then the records come back in its order, and ids are minted in it',
      async (trial) => {
        const testResults = await stored(trial);
        const names = ['z', 'a', 'm'];
        const records = await testResults.bulkCreate(names.map((name) => minted({ name })));
        expect(records.map(({ name }) => name)).to.deep.equal(names);
        expect(await ids(testResults)).to.deep.equal(records.map(({ resultId }) => resultId));
        for (const record of records) {
          trial.expectNow(record.createdAt, 'createdAt');
          expect(snapshot(await testResults.getById(record.resultId))).to.deep.equal(snapshot(record));
        }
      },
    ),
    inWorld(
      'When its ids do not rise, Then the records come back in its order all the same',
      async (trial) => {
        const testResults = await stored(trial);
        const batch = [7, 5, 6].map((n) => fixtures.testResult({ resultId: id(n) }));
        const records = await testResults.bulkCreate(batch);
        expect(records.map(({ resultId }) => resultId)).to.deep.equal([7, 5, 6].map(id));
        expect(await ids(testResults)).to.deep.equal([5, 6, 7].map(id));
      },
    ),
    inWorld('When it holds every field, Then each is stored as given', async (trial) => {
      const testResults = await stored(trial);
      const [record] = await testResults.bulkCreate([fixtures.fullTestResult()]);
      const { createdAt, ...fields } = record!;
      expect(snapshot(fields)).to.deep.equal(snapshot(fixtures.fullTestResult()));
      trial.expectNow(createdAt, 'createdAt');
    }),
    inWorld('When it has 1000 results, Then all are stored', async (trial) => {
      const testResults = await stored(trial);
      const batch = Array.from({ length: MAX_BULK }, (_, index) => minted({ name: `n${index}` }));
      const records = await testResults.bulkCreate(batch);
      expect(records.map(({ name }) => name)).to.deep.equal(batch.map(({ name }) => name));
      expect(await ids(testResults)).to.deep.equal(records.map(({ resultId }) => resultId));
    }),
    inWorld(
      'When it has none, or 1001, or is no list, Then it is INVALID_ARGUMENT and none is stored',
      async (trial) => {
        const testResults = await stored(trial);
        const tooMany = Array.from({ length: MAX_BULK + 1 }, () => minted());
        for (const batch of [[], tooMany, minted(), undefined, null]) {
          const call = testResults.bulkCreate(batch as readonly NewTestResult[]);
          await expectRefusal(call, 'INVALID_ARGUMENT', { path: 'results' });
        }
        expect(await ids(testResults)).to.deep.equal([]);
      },
    ),
    ...WRONG.map(([wrong, path]) =>
      inWorld(
        `When ${path} is wrong, Then it is INVALID_ARGUMENT with the path and none is stored`,
        async (trial) => {
          const testResults = await stored(trial);
          const batch = [minted(), fixtures.testResult(), wrong as NewTestResult, minted()];
          await expectRefusal(testResults.bulkCreate(batch), 'INVALID_ARGUMENT', { path });
          expect(await ids(testResults)).to.deep.equal([]);
        },
      ),
    ),
    allOrNothing(
      'When one of it belongs to an unknown run, Then it is REFERENCE_VIOLATION and none is stored',
      minted({ runId: id(99) }),
      'REFERENCE_VIOLATION',
      'results[2].runId',
    ),
    allOrNothing(
      'When one of it has the id of a stored one with other content, Then it is ALREADY_EXISTS and none is stored',
      fixtures.testResult({ status: 'passed' }),
      'ALREADY_EXISTS',
      'results[2].resultId',
    ),
    allOrNothing(
      'When two of it have one id and other content, Then it is ALREADY_EXISTS and none is stored',
      fixtures.testResult({ resultId: id(5), status: 'passed' }),
      'ALREADY_EXISTS',
      'results[2].resultId',
    ),
    inWorld('When it is recorded again, or repeats itself, Then each id is one record', async (trial) => {
      const testResults = await stored(trial);
      const batch = [5, 6, 5].map((n) => fixtures.testResult({ resultId: id(n) }));
      const records = await testResults.bulkCreate(batch);
      expect(records.map(({ resultId }) => resultId)).to.deep.equal([5, 6, 5].map(id));
      const first = snapshot(records);
      await trial.pass(1);
      expect(snapshot(await testResults.bulkCreate(batch))).to.deep.equal(first);
      expect(await ids(testResults)).to.deep.equal([id(5), id(6)]);
    }),
    inWorld('When batch and records are scribbled over, Then nothing stored changes', async (trial) => {
      const testResults = await stored(trial);
      const batch = [snapshot(fixtures.fullTestResult())] as unknown as NewTestResult[];
      const records = await testResults.bulkCreate(batch);
      const before = snapshot(records);
      scribble(batch);
      scribble(records);
      expect(snapshot([await testResults.getById(id(1))])).to.deep.equal(before);
    }),
  ],
};
