import {
  ASSERTION_TYPES,
  FINAL_RUN_STATUSES,
  RESULT_STATUSES,
  plainTextProblem,
  type FinalRunStatus,
  type NewTestResult,
  type ResultStatus,
} from '@test-coordinator/domain';
import { EXPORT_FORMATS, exportRun, type ExportFormat } from '@test-coordinator/ingest';
import { DataAdapterError } from '@test-coordinator/ports';
import { judgeRun } from '@test-coordinator/verdict';
import { expect } from 'chai';
import fc from 'fast-check';

import { IMPORTED_AT, openWorld, type ImportWorld } from './import-world.js';

const seed = Date.now() % 2 ** 31;
const SCENARIO = { scenarioId: 'feed', name: 'Feed & <handlers>', scenarioType: 'network_latency' } as const;
type ResultFields = Partial<NewTestResult> & Pick<NewTestResult, 'status'>;

/** Texts as tests of platforms do print them. */
const someText = fc
  .oneof(
    // The unit `binary` is the same, and makes a table of all characters first, which takes a second.
    fc.string({
      unit: fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
      maxLength: 20,
    }),
    fc.constantFrom(
      '',
      ' a ',
      '<![CDATA[ ]]>',
      '\u001b[31mred',
      'a\r\n\tb',
      '"\'&amp;',
      '￾',
      '=1+1',
      '\u009b2J',
    ),
  )
  .filter((text) => plainTextProblem(text) === undefined);

const someResults = fc.array(
  fc
    .record({
      // Few names, so that they repeat: a failed one and then a passed one look like attempts.
      name: fc.oneof(
        fc.constantFrom('a', 'b'),
        someText.filter((text) => text !== ''),
      ),
      assertionType: fc.constantFrom(...ASSERTION_TYPES),
      status: fc.constantFrom(...RESULT_STATUSES),
      expectedValue: someText,
      actualValue: someText,
      attempt: fc.integer({ min: 1, max: 4 }),
      isFlaky: fc.boolean(),
      errorDetails: fc.option(someText, { nil: undefined }),
      metadata: fc.record(
        { suite: someText, className: fc.constantFrom('A', 'B'), durationMs: fc.nat() },
        { requiredKeys: [], noNullPrototype: true },
      ),
    })
    .map(({ isFlaky, ...result }) => ({ ...result, flaky: isFlaky && result.status === 'passed' })),
  { maxLength: 12 },
);

async function record(
  { ports }: ImportWorld,
  results: readonly ResultFields[],
  status: FinalRunStatus = 'passed',
): Promise<string> {
  await ports.scenarios.create(SCENARIO);
  const { runId } = await ports.testRuns.create({
    scenarioId: SCENARIO.scenarioId,
    status,
    startedAt: new Date('2026-01-15T10:00:00.000Z'),
    completedAt: new Date('2026-01-15T10:00:05.250Z'),
    durationMs: 5_250,
    testEnvironment: 'staging',
  });
  const all = results.map((fields) => ({
    runId,
    name: 'orders are acknowledged',
    assertionType: 'latency' as const,
    expectedValue: '5 ms',
    actualValue: '7 ms',
    verificationTime: IMPORTED_AT,
    ...fields,
  }));
  await ports.testResults.importAll(all);
  return runId;
}

async function exported(world: ImportWorld, runId: string, format: ExportFormat): Promise<string> {
  let text = '';
  for await (const chunk of exportRun(world.ports, runId, format)) text += chunk;
  return text;
}

/** The same repository with some of its methods replaced. */
function instead<Repository extends object>(
  repository: Repository,
  methods: Partial<Repository>,
): Repository {
  return new Proxy(repository, {
    get: (target, name) => {
      const method: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof method === 'function' ? (method as CallableFunction).bind(target) : method;
    },
  });
}

async function figuresOf({ ports }: ImportWorld, runId: string) {
  const run = await ports.testRuns.getById(runId);
  const counts: Readonly<Record<ResultStatus, number>> = await ports.testResults.countByStatus({ runId });
  const types = await ports.testResults.getAssertionStatistics({ runId });
  const { outcome } = await judgeRun(
    ports,
    { scenarioId: run!.scenarioId, run: runId, rules: { minPassRate: 0.5, maxFlaky: 1 } },
    { now: IMPORTED_AT, wasDegraded: () => false },
  );
  return {
    outcome,
    status: run!.status,
    counts,
    types,
    passRate: await ports.testResults.calculatePassRate({ runId }),
  };
}

describe(`Export of a run, seed ${seed}`, () => {
  for (const format of ['junit', 'ctrf'] as const) {
    it(`Given any run, When it is exported as ${format} and imported again, Then its status, its counts and the verdict are the same`, async function () {
      this.timeout(60_000);
      await fc.assert(
        fc.asyncProperty(someResults, fc.constantFrom(...FINAL_RUN_STATUSES), async (results, status) => {
          const world = await openWorld();
          const runId = await record(world, results, status);
          const text = await exported(world, runId, format);
          const other = await openWorld();
          const entry = await other.importOne(text, { fileName: 'exported' });
          expect(entry.outcome, JSON.stringify(entry.error)).to.equal('recorded');
          expect(entry.format).to.equal(format);
          expect(await figuresOf(other, entry.run!.runId)).to.deep.equal(await figuresOf(world, runId));
          expect(entry.warnings.join('\n')).to.not.include('do not fit');
        }),
        { seed, numRuns: 40 },
      );
    });
  }

  it('Given a test that was tried three times, When it is exported as JUnit, Then the attributes count cases and not attempts', async () => {
    const world = await openWorld();
    const runId = await record(
      world,
      [
        { status: 'passed', flaky: true, attempt: 3 },
        { status: 'failed', attempt: 3, errorDetails: 'too late\u001b[0m ]]> & <b>' },
        { status: 'error', errorDetails: 'no route' },
        { status: 'skipped', actualValue: 'not on Mondays' },
      ],
      'failed',
    );
    const text = await exported(world, runId, 'junit');
    expect(text).to.include(
      '<testsuites name="Feed &amp; &lt;handlers&gt;" tests="4" failures="1" errors="1" skipped="1" time="5.250" timestamp="2026-01-15T10:00:00.000Z">',
    );
    expect(text.match(/<testcase /g)).to.have.length(4);
    expect(text.match(/<flakyFailure /g)).to.have.length(2);
    expect(text.match(/<rerunFailure /g)).to.have.length(2);
    expect(text)
      .to.include(
        'message="expected: &lt;5 ms&gt; but was: &lt;7 ms&gt;" type="latency">too late\\x1b[0m ]]&gt; &amp; &lt;b&gt;</failure>',
      )
      .and.include('<skipped message="not on Mondays"/>')
      .and.include('<property name="run_status" value="failed"/>');
    expect(text).to.not.match(/[^\n\x20-\x7e]/);
  });

  it('Given a run with values that a spreadsheet would run, When it is exported as CSV, Then each is text, in one cell', async () => {
    const world = await openWorld();
    const runId = await record(world, [
      { status: 'failed', name: '=HYPERLINK("x")', actualValue: 'a,"b"\nc', metadata: { durationMs: 7 } },
    ]);
    const [head, row, ...rest] = (await exported(world, runId, 'csv')).split('\r\n');
    expect(head).to.match(/^resultId,name,assertionType,status,expectedValue,actualValue,/);
    expect(row)
      .to.include(`,"'=HYPERLINK(""x"")",latency,failed,5 ms,"a,""b""\nc",2026-`)
      .and.include(',7,1,false,');
    expect(rest).to.deep.equal(['']);
  });

  it('Given a run with a fault, When it is exported as JSON and Markdown, Then both tell of it', async () => {
    const world = await openWorld();
    const runId = await record(world, [{ status: 'passed' }]);
    await world.ports.chaosEvents.create({
      runId,
      eventType: 'network_latency',
      targetService: 'feed-handler',
      injectedAt: IMPORTED_AT,
    });
    const document = JSON.parse(await exported(world, runId, 'json')) as Record<string, unknown[]>;
    expect(document).to.have.all.keys('scenario', 'run', 'counts', 'flaky', 'events', 'results');
    expect([document['events']!.length, document['results']!.length]).to.deep.equal([1, 1]);
    expect(await exported(world, runId, 'markdown'))
      .to.include('feed-handler')
      .and.include('PASSED');
  });

  it('Given a run that is not over, or not there, When it is exported, Then it is refused before a character is written', async () => {
    const { ports } = await openWorld();
    await ports.scenarios.create(SCENARIO);
    const { runId } = await ports.testRuns.create({ scenarioId: SCENARIO.scenarioId, status: 'running' });
    for (const format of EXPORT_FORMATS.filter((each) => each !== 'markdown')) {
      const codes = [];
      for (const id of [runId, '019bc12b-c62b-7000-8000-000000000000']) {
        const first = await exportRun(ports, id, format)
          .next()
          .catch((error: unknown) => error);
        codes.push(DataAdapterError.is(first) ? first.code : first);
      }
      expect(codes).to.deep.equal(['ILLEGAL_TRANSITION', 'NOT_FOUND']);
    }
  });

  it('Given results that are recorded while it is exported, When it comes to its end, Then it says so', async () => {
    const world = await openWorld();
    const runId = await record(world, [{ status: 'passed' }]);
    const { testResults } = world.ports;
    const growing = {
      ...world.ports,
      testResults: instead(testResults, {
        countByStatus: async (filter) => {
          const counts = await testResults.countByStatus(filter);
          await testResults.create({
            runId,
            assertionType: 'latency',
            expectedValue: '',
            actualValue: '',
            status: 'failed',
            verificationTime: IMPORTED_AT,
          });
          return counts;
        },
      }),
    };
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of exportRun(growing, runId, 'junit')) pieces.push(piece);
    })();
    const error: unknown = await reading.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(DataAdapterError.is(error) && error.code).to.equal('VERSION_CONFLICT');
  });

  it('Given many results, When they are exported, Then one page of them is asked for at a time', async () => {
    const world = await openWorld();
    const runId = await record(
      world,
      Array.from({ length: 2_500 }, () => ({ status: 'passed' as const })),
    );
    const { testResults } = world.ports;
    const pages: number[] = [];
    const watched = {
      ...world.ports,
      testResults: instead(testResults, {
        getByRun: async (...args: Parameters<typeof testResults.getByRun>) => {
          const page = await testResults.getByRun(...args);
          pages.push(page.items.length);
          return page;
        },
      }),
    };
    const sizes: number[] = [];
    const seen: number[] = [];
    for await (const chunk of exportRun(watched, runId, 'junit')) {
      sizes.push(chunk.length);
      seen.push(pages.length);
    }
    expect(pages).to.deep.equal([1_000, 1_000, 500]);
    expect(Math.max(...sizes)).to.be.below(70_000);
    // The first piece is handed on before the last page is read.
    expect(seen[0]).to.equal(1);
  });

  it('Given a report that gives a status which is none, When it is read, Then its rows decide', async () => {
    const text =
      '<testsuite name="s"><properties><property name="run_status" value="perfect"/></properties>' +
      '<testcase name="a"><failure/></testcase></testsuite>';
    const world = await openWorld();
    const entry = await world.importOne(text);
    expect(entry.run!.status).to.equal('failed');
  });
});
