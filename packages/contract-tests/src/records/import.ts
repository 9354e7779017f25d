import { expect } from 'chai';
import type { NewTestResult, TestResult } from '@test-coordinator/domain';
import {
  MAX_BULK,
  type ErrorCode,
  type ImportProgress,
  type TestResultsRepository,
} from '@test-coordinator/ports';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { id } = fixtures;

/** A full batch and some of the next. */
const LOAD = MAX_BULK + 5;
/** So many that an import which ends in the second batch leaves some unread. */
const LONG_LOAD = 2 * MAX_BULK + 1;

async function stored({ ports }: Trial): Promise<TestResultsRepository> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun());
  return ports.testResults;
}

/** What a source was asked for, and how it ended. */
class Source implements AsyncIterable<NewTestResult> {
  given = 0;
  isClosed = false;

  constructor(
    private readonly length: number,
    private readonly resultAt: (place: number) => NewTestResult | Promise<NewTestResult>,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<NewTestResult> {
    try {
      while (this.given < this.length) {
        const result = await this.resultAt(this.given);
        this.given += 1;
        yield result;
      }
    } finally {
      this.isClosed = true;
    }
  }
}

/** The result at this place of a load; its id is its own, and the same in every load. */
function loaded(place: number, fields: Partial<NewTestResult> = {}): NewTestResult {
  return fixtures.testResult({ resultId: id(place), name: `n${place}`, ...fields });
}

/** A long load whose one result has other fields. */
function loadWith(place: number, fields: Partial<NewTestResult>): Source {
  return new Source(LONG_LOAD, (at) => loaded(at, at === place ? fields : {}));
}

function idsOfLoad(length: number): readonly string[] {
  return Array.from({ length }, (_, place) => id(place));
}

async function allResults(testResults: TestResultsRepository): Promise<readonly TestResult[]> {
  const items: TestResult[] = [];
  let cursor: string | null = null;
  do {
    const page = await testResults.getByRun(id(1), { limit: 1_000, ...(cursor !== null && { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

async function ids(testResults: TestResultsRepository): Promise<readonly string[]> {
  return (await allResults(testResults)).map(({ resultId }) => resultId);
}

async function count(testResults: TestResultsRepository): Promise<number> {
  const counts = Object.values(await testResults.countByStatus({ runId: id(1) }));
  return counts.reduce((sum, each) => sum + each, 0);
}

/** An import that ends in its second batch, at a result that has good ones of the batch before it. */
function stopsAt(title: string, fields: Partial<NewTestResult>, code: ErrorCode, path: string): ContractTest {
  const place = MAX_BULK + 2;
  return inWorld(
    `When ${title} in its second batch, Then it is ${code} with the place in the load, and the first batch stays`,
    async (trial) => {
      const testResults = await stored(trial);
      const source = loadWith(place, fields);
      await expectRefusal(testResults.importAll(source), code, {
        path: `results[${place}].${path}`,
      });
      expect(await ids(testResults)).to.deep.equal(idsOfLoad(MAX_BULK));
      expect(source.isClosed, 'the source is closed').to.equal(true);
      expect(source.given, 'results that were read').to.be.below(LONG_LOAD);
    },
  );
}

export const importGroup: ContractGroup = {
  subject: 'testResults',
  concern: 'import',
  title: 'Given a load of results of any size',
  tests: [
    inWorld('When it is imported, Then all are stored, and ids are minted in its order', async (trial) => {
      const testResults = await stored(trial);
      const source = new Source(LOAD, (place) => loaded(place, { resultId: undefined }));
      expect(await testResults.importAll(source)).to.deep.equal({ recorded: LOAD });
      const records = await allResults(testResults);
      expect(records.map(({ name }) => name)).to.deep.equal(
        Array.from({ length: LOAD }, (_, place) => `n${place}`),
      );
      expect(source.isClosed, 'the source is closed').to.equal(true);
    }),
    inWorld('When it is a list or a Set, Then it is imported as well', async (trial) => {
      const testResults = await stored(trial);
      const list = [fixtures.fullTestResult(), loaded(2)];
      expect(await testResults.importAll(list)).to.deep.equal({ recorded: 2 });
      expect(await testResults.importAll(new Set([loaded(3)]))).to.deep.equal({ recorded: 1 });
      expect(await ids(testResults)).to.deep.equal([1, 2, 3].map(id));
      const { createdAt, ...fields } = (await testResults.getById(id(1)))!;
      expect(snapshot(fields)).to.deep.equal(snapshot(fixtures.fullTestResult()));
      trial.expectNow(createdAt, 'createdAt');
    }),
    inWorld('When it has none, Then none is recorded and no progress is told', async (trial) => {
      const testResults = await stored(trial);
      const told: ImportProgress[] = [];
      const answer = await testResults.importAll([], { onProgress: (progress) => told.push(progress) });
      expect(answer).to.deep.equal({ recorded: 0 });
      expect(told).to.deep.equal([]);
    }),
    inWorld('When it can not be iterated, Then it is INVALID_ARGUMENT', async (trial) => {
      const testResults = await stored(trial);
      for (const results of [undefined, null, 7, loaded(1)]) {
        const call = testResults.importAll(results as unknown as readonly NewTestResult[]);
        await expectRefusal(call, 'INVALID_ARGUMENT', { path: 'results' });
      }
      expect(await ids(testResults)).to.deep.equal([]);
    }),
    inWorld(
      'When the source is asked for more, Then what it gave is stored but for one batch at most',
      async (trial) => {
        const testResults = await stored(trial);
        const held: number[] = [];
        const source = new Source(LOAD, async (place) => {
          if (place > MAX_BULK) held.push(place - (await count(testResults)));
          return loaded(place);
        });
        await testResults.importAll(source);
        expect(held).to.have.length(LOAD - MAX_BULK - 1);
        expect(Math.max(...held)).to.be.at.most(MAX_BULK);
      },
    ),
    inWorld('When batches are stored, Then progress is told after each', async (trial) => {
      const testResults = await stored(trial);
      const told: (readonly [recorded: number, given: number])[] = [];
      const source = new Source(LOAD, (place) => loaded(place));
      await testResults.importAll(source, {
        onProgress: ({ recorded }) => told.push([recorded, source.given]),
      });
      expect(told.map(([recorded]) => recorded)).to.deep.equal([MAX_BULK, LOAD]);
      for (const [recorded, given] of told) expect(given - recorded, 'read ahead').to.be.at.most(MAX_BULK);
    }),
    inWorld('When it is loaded again, or repeats itself, Then each id is one record', async (trial) => {
      const testResults = await stored(trial);
      const load = () => new Source(LOAD, (place) => loaded(place % (LOAD - 1)));
      expect(await testResults.importAll(load())).to.deep.equal({ recorded: LOAD });
      const first = snapshot(await allResults(testResults));
      await trial.pass(1);
      expect(await testResults.importAll(load())).to.deep.equal({ recorded: LOAD });
      expect(snapshot(await allResults(testResults))).to.deep.equal(first);
      expect(first).to.have.length(LOAD - 1);
    }),
    stopsAt('a result breaks a rule', { status: 'ok' as never }, 'INVALID_ARGUMENT', 'status'),
    stopsAt(
      'a key of the metadata is called as the list',
      { metadata: { results: [1, Number.NaN] } },
      'INVALID_ARGUMENT',
      'metadata.results[1]',
    ),
    stopsAt('a result belongs to an unknown run', { runId: id(9_999) }, 'REFERENCE_VIOLATION', 'runId'),
    stopsAt('an id comes again with other content', { resultId: id(7) }, 'ALREADY_EXISTS', 'resultId'),
    inWorld('When it stopped at a bad result, Then loading it mended stores the rest', async (trial) => {
      const testResults = await stored(trial);
      await expectRefusal(
        testResults.importAll(loadWith(MAX_BULK, { runId: id(9_999) })),
        'REFERENCE_VIOLATION',
      );
      const mended = new Source(LOAD, (place) => loaded(place));
      expect(await testResults.importAll(mended)).to.deep.equal({ recorded: LOAD });
      expect(await ids(testResults)).to.deep.equal(idsOfLoad(LOAD));
    }),
    inWorld(
      'When its signal is aborted between batches, Then it rejects with the reason, and what is stored stays',
      async (trial) => {
        const testResults = await stored(trial);
        const source = new Source(LONG_LOAD, (place) => loaded(place));
        const controller = new AbortController();
        const reason = new Error('the caller went away');
        const call = testResults.importAll(source, {
          signal: controller.signal,
          onProgress: () => controller.abort(reason),
        });
        const [settled] = await Promise.allSettled([call]);
        expect(settled).to.deep.equal({ status: 'rejected', reason });
        expect(await ids(testResults)).to.deep.equal(idsOfLoad(MAX_BULK));
        expect(source.isClosed, 'the source is closed').to.equal(true);
      },
    ),
    inWorld('When its signal is aborted already, Then no result is read', async (trial) => {
      const testResults = await stored(trial);
      const source = new Source(LOAD, (place) => loaded(place));
      const reason = new Error('the caller went away');
      const call = testResults.importAll(source, { signal: AbortSignal.abort(reason) });
      const [settled] = await Promise.allSettled([call]);
      expect(settled).to.deep.equal({ status: 'rejected', reason });
      expect(source.given).to.equal(0);
    }),
    inWorld(
      'When the source fails, Then it rejects with what the source threw, and full batches stay',
      async (trial) => {
        const testResults = await stored(trial);
        const reason = new Error('the file ends here');
        const source = new Source(LOAD, (place) =>
          place === MAX_BULK + 2 ? Promise.reject(reason) : loaded(place),
        );
        const [settled] = await Promise.allSettled([testResults.importAll(source)]);
        expect(settled).to.deep.equal({ status: 'rejected', reason });
        expect(await ids(testResults)).to.deep.equal(idsOfLoad(MAX_BULK));
      },
    ),
  ],
};
