import type { PostgresAdapter } from '@test-coordinator/adapter-postgres';
import { arbitraries, contractOptionsFrom, fixtures } from '@test-coordinator/contract-tests';
import type { NewTestResult, TestResult } from '@test-coordinator/domain';
import { encodeCursor, MAX_PAGE_LIMIT } from '@test-coordinator/ports';
import { FaultProxy } from '@test-coordinator/services';
import { expect } from 'chai';
import fc from 'fast-check';

import { prepareRun, refusalOf, startedAdapter } from './fault-worlds.js';
import { sharedServer } from './test-databases.js';

/** What an array, its elements or a bytea could be taken for. */
const ARRAY_TEXT = ['NULL', '{}', '{a,NULL}', '"', '\\', '\\"', '\\\\x00', ',', ' a ', '\n', "E'\\n'"];
const text = fc.oneof(arbitraries.text, fc.constantFrom(...ARRAY_TEXT));
const filledText = text.filter((value) => value !== '');
const time = fc.oneof(
  fc.date({ min: new Date(-62_135_596_800_000), max: new Date(253_402_300_799_999), noInvalidDate: true }),
  // The years that JavaScript takes for those of the last century, and the end of a day.
  fc.constantFrom(new Date('0001-01-01'), new Date('0099-12-31T23:59:59.999Z'), new Date(-1), new Date(0)),
);
const results: fc.Arbitrary<readonly Partial<NewTestResult>[]> = fc.array(
  fc.record(
    {
      name: filledText,
      expectedValue: text,
      actualValue: text,
      errorDetails: text,
      correlationId: filledText,
      attempt: fc.integer({ min: 1, max: 32_767 }),
      flaky: fc.boolean(),
      metadata: arbitraries.jsonObject,
      verificationTime: time,
    },
    { requiredKeys: ['expectedValue', 'actualValue', 'verificationTime'] },
  ),
  { minLength: 1, maxLength: 8 },
);
/** Times that a Date can hold and no record has. */
const FAR_TIMES = [-8.64e15, -62_135_596_800_001, 253_402_300_800_000, 8.64e15].map((ms) => new Date(ms));
const lists = fc.array(filledText, { maxLength: 5 });

/** With the seed of the contract suite; what fast-check says of a failure names it. */
const { seed, runs = 40 } = contractOptionsFrom(process.env);
const parameters = { numRuns: runs, ...(seed !== undefined && { seed }) };

/** As JSON reads it back, for everything but the dates. */
function asRead(input: object): object {
  const dates = Object.entries(input).filter(([, value]) => value instanceof Date);
  return { ...(arbitraries.asRead(input as never) as object), ...Object.fromEntries(dates) };
}

describe('Hostile values on PostgreSQL (B25)', () => {
  let adapter: PostgresAdapter;
  let proxy: FaultProxy;
  let runId: string;
  before(async () => {
    const url = await sharedServer.migratedDatabase();
    proxy = await FaultProxy.start({ port: Number(new URL(url).port) });
    adapter = await startedAdapter(proxy.url(url));
    runId = await prepareRun(adapter);
  });
  after(async () => {
    proxy.heal();
    await adapter.stop();
    await proxy.stop();
  });

  for (const [way, store] of [
    ['alone', async (given) => [await adapter.ports.testResults.create(given[0]!)]],
    ['side by side', (given) => Promise.all(given.map((input) => adapter.ports.testResults.create(input)))],
    ['in bulk', (given) => adapter.ports.testResults.bulkCreate(given)],
  ] as readonly [string, (given: readonly NewTestResult[]) => Promise<readonly TestResult[]>][]) {
    it(`When results of any texts, numbers, times and JSON are stored ${way}, Then they are read as they were given`, () =>
      fc.assert(
        fc.asyncProperty(results, async (values) => {
          const { resultId: _, ...plain } = fixtures.testResult({ runId });
          const given = values.map((value) => ({ ...plain, ...value }));
          const stored = await store(given);
          for (const [index, { resultId, createdAt, ...rest }] of stored.entries()) {
            expect(rest).to.deep.equal(asRead({ attempt: 1, flaky: false, ...given[index] }));
            const read = await adapter.ports.testResults.getById(resultId);
            expect(read).to.deep.equal({ resultId, createdAt, ...rest });
          }
        }),
        parameters,
      ));
  }

  it('When a scenario has lists of any texts, Then they are read as they were given, also after a change', () =>
    fc.assert(
      fc.asyncProperty(lists, lists, fc.uuid(), async (first, second, scenarioId) => {
        const { scenarios } = adapter.ports;
        const given = fixtures.scenario({ scenarioId, servicesUnderTest: first, expectedOutcomes: second });
        const { version } = await scenarios.create(given);
        const created = await scenarios.getById(scenarioId);
        expect([created?.servicesUnderTest, created?.expectedOutcomes]).to.deep.equal([first, second]);
        await scenarios.update(scenarioId, version, { servicesUnderTest: second, expectedOutcomes: first });
        const changed = await scenarios.getById(scenarioId);
        expect([changed?.servicesUnderTest, changed?.expectedOutcomes]).to.deep.equal([second, first]);
      }),
      parameters,
    ));

  it('When it is asked for what lies before or after a time that no record has, Then that is all or nothing', async () => {
    const { scenarios } = adapter.ports;
    const all = (await scenarios.find({})).items.length;
    for (const [index, far] of FAR_TIMES.entries()) {
      const isPast = index < 2;
      expect((await scenarios.find({ from: far })).items, `from ${index}`).to.have.length(isPast ? all : 0);
      expect((await scenarios.find({ to: far })).items, `to ${index}`).to.have.length(isPast ? 0 : all);
    }
    for (const [ms, found] of [
      [Number.MAX_SAFE_INTEGER, all],
      [Number.MIN_SAFE_INTEGER, 0],
    ] as const) {
      const cursor = encodeCursor([ms, 'a']);
      expect((await scenarios.find({}, { cursor })).items, cursor).to.have.length(found);
    }
  });

  it('When a value cannot be stored as it is, Then it is INVALID_ARGUMENT and nothing is sent', async () => {
    const { scenarios, testRuns, chaosEvents, testResults, unitOfWork } = adapter.ports;
    const texts = ['a\0b', '\ud800', 'a\udc00'];
    const times = [
      new Date(Number.NaN),
      'infinity',
      '-infinity',
      '2026-01-15T10:20:30.123456Z',
      Number.POSITIVE_INFINITY,
    ] as unknown as readonly Date[];
    const documents = [
      ...arbitraries.hostileJson.map(({ member }) => ({ a: member })),
      JSON.parse('{"n":1e131000}'),
      arbitraries.nested(101),
      [1, 2],
      'text',
      7,
    ] as never[];
    const numbers = [Number.NaN, Infinity, 2 ** 53, 1.5, -1, '1', 1n] as unknown as readonly number[];
    const result = (fields: Partial<NewTestResult>): NewTestResult =>
      fixtures.testResult({ runId, ...fields });
    const given: readonly NewTestResult[] = [
      ...texts.flatMap((bad) => [
        result({ actualValue: bad }),
        result({ name: bad }),
        result({ runId: bad }),
      ]),
      ...[...times, ...FAR_TIMES].map((verificationTime) => result({ verificationTime })),
      ...documents.map((metadata) => result({ metadata })),
      ...numbers.map((attempt) => result({ attempt })),
    ];
    const page = { limit: MAX_PAGE_LIMIT };

    proxy.inject({ kind: 'black hole' });
    const calls: (() => Promise<unknown>)[] = [
      ...given.flatMap((input) => [
        () => testResults.create(input),
        () => testResults.bulkCreate([result({}), input]),
        () => testResults.importAll([input]),
      ]),
      ...documents.flatMap((configuration) => [
        () => scenarios.create(fixtures.scenario({ configuration })),
        () => scenarios.update('any', 1, { configuration }),
        () => testRuns.create(fixtures.testRun({ configurationSnapshot: configuration })),
        () => testRuns.update(runId, 1, { configurationSnapshot: configuration }),
        () => chaosEvents.create(fixtures.chaosEvent({ runId, parameters: configuration })),
      ]),
      ...texts.flatMap((bad) => [
        () => scenarios.create(fixtures.scenario({ tags: ['fine', bad] })),
        () => scenarios.getById(bad),
        () => scenarios.searchByTag(bad),
        () => testRuns.getById(bad),
        () => testRuns.find({ environment: bad }),
        () => testRuns.completeRun(runId, 'failed', { errorMessage: bad }),
        () => testResults.find({ text: bad }, page),
        () => testResults.getByCorrelationId(bad),
        () => chaosEvents.find({ service: bad }),
      ]),
      ...times.flatMap((bad) => [
        () => testRuns.getRunsByDateRange(bad, new Date(0)),
        () => testResults.find({ from: bad }),
        () => chaosEvents.create(fixtures.chaosEvent({ runId, injectedAt: bad })),
        () => chaosEvents.recordRecovery(fixtures.id(1), { recoveredAt: bad }),
      ]),
      ...numbers.flatMap((bad) => [
        () => testRuns.recordCompletion(runId, 0, bad),
        () => testRuns.getRecentRuns({ limit: bad }),
        () => testRuns.startRun(runId, { fence: bad }),
        () => scenarios.update('any', bad, { name: 'new' }),
      ]),
    ];
    for (const [index, call] of calls.entries())
      expect(await refusalOf(call()), `call ${index}: ${String(call)}`).to.equal('INVALID_ARGUMENT');
    expect(proxy.counts.lostRequestBytes, 'bytes that were sent').to.equal(0);
    proxy.heal();

    // A unit has its BEGIN on the way by then; it is not committed.
    expect(
      await refusalOf(unitOfWork.run((repositories) => repositories.testResults.create(given[0]!))),
    ).to.equal('INVALID_ARGUMENT');
    expect(await refusalOf(testRuns.getById(runId))).to.equal('answered');
  });
});
