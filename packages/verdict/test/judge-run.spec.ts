import { createStubAdapter, type StubAdapter } from '@test-coordinator/adapter-stub';
import {
  RESULT_STATUSES,
  RUN_STATUSES,
  type NewTestRun,
  type ResultStatus,
  type TestRun,
} from '@test-coordinator/domain';
import { DataAdapterError, type Repositories } from '@test-coordinator/ports';
import { judgeRun, type GateRequest, type GateRules, type Verdict } from '@test-coordinator/verdict';
import { expect } from 'chai';
import fc from 'fast-check';

const seed = Date.now() % 2 ** 31;
const NOW = new Date('2026-01-15T10:00:00.000Z');
const SCENARIO = 'matching-engine-restart';
/** The statuses of the results of a run by the names of their assertions. */
type Results = Readonly<Record<string, ResultStatus>>;

class World {
  readonly #adapter: StubAdapter = createStubAdapter({ clock: { now: () => new Date(NOW) } });

  static async open(): Promise<World> {
    const world = new World();
    await world.#adapter.start();
    for (const scenarioId of [SCENARIO, 'another'])
      await world.ports.scenarios.create({ scenarioId, name: scenarioId, scenarioType: 'service_restart' });
    return world;
  }

  get ports(): StubAdapter['ports'] {
    return this.#adapter.ports;
  }

  async record(
    status: TestRun['status'],
    results: Results,
    fields: Partial<NewTestRun> = {},
  ): Promise<TestRun> {
    const run = await this.ports.testRuns.create({
      scenarioId: SCENARIO,
      status,
      ...(status !== 'pending' && { startedAt: NOW }),
      ...(status !== 'pending' && status !== 'running' && { completedAt: NOW }),
      ...fields,
    });
    const all = Object.entries(results).map(([name, each]) => ({
      runId: run.runId,
      name,
      assertionType: 'latency' as const,
      expectedValue: '',
      actualValue: '',
      status: each,
      verificationTime: NOW,
    }));
    await this.ports.testResults.importAll(all);
    return run;
  }

  judge(rules: GateRules = {}, request: Partial<GateRequest> = {}, wasDegraded = false): Promise<Verdict> {
    return judgeRun(
      this.ports,
      { scenarioId: SCENARIO, rules, ...request },
      { now: NOW, wasDegraded: () => wasDegraded },
    );
  }
}

const told = ({ rules }: Verdict): Record<string, string> =>
  Object.fromEntries(rules.map(({ rule, outcome }) => [rule, outcome]));
type Method = (this: object, ...args: unknown[]) => unknown;

/** The same repositories; counts their calls, and the records on the pages that they answer. */
function counting(ports: Repositories, reads: { calls: number; records: number }): Repositories {
  const watched = <Repository extends object>(repository: Repository): Repository =>
    new Proxy(repository, {
      get:
        (target, name) =>
        async (...args: readonly unknown[]) => {
          reads.calls += 1;
          const answer: unknown = await (Reflect.get(target, name) as Method).apply(target, [...args]);
          const items: unknown = answer !== null && Reflect.get(answer as object, 'items');
          if (Array.isArray(items)) reads.records += items.length;
          return answer;
        },
    });
  const { scenarios, testRuns, chaosEvents, testResults } = ports;
  return {
    scenarios: watched(scenarios),
    testRuns: watched(testRuns),
    chaosEvents: watched(chaosEvents),
    testResults: watched(testResults),
  };
}

async function refusal(verdict: Promise<Verdict>): Promise<string> {
  const error: unknown = await verdict.then(
    () => 'judged',
    (reason: unknown) => reason,
  );
  return DataAdapterError.is(error) ? `${error.code} ${error.message}` : String(error);
}

describe(`Judging a run, seed ${seed}`, () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });

  it('Given nothing is recorded, When it is judged, Then it is unknown, with what is missing', async () => {
    expect((await world.judge()).rules).to.deep.equal([
      { rule: 'found', outcome: 'unknown', reason: `no run of the scenario ${SCENARIO} is recorded` },
    ]);
    expect((await world.judge({}, { scenarioId: 'nobody' })).rules[0]!.reason).to.equal(
      'no scenario nobody is recorded',
    );
    const { outcome, rules } = await world.judge({}, { run: 'build-7' });
    expect([outcome, rules[0]!.reason]).to.deep.equal([
      'unknown',
      'no run has the id or the externalId "build-7"',
    ]);
  });

  it('Given a run that passed, When it is judged without a rule, Then its own state decides', async () => {
    await world.record('failed', { a: 'failed' }, { externalId: 'build-6' });
    await world.record('passed', { a: 'passed' });
    const verdict = await world.judge();
    expect([verdict.outcome, told(verdict)]).to.deep.equal([
      'passed',
      { found: 'passed', finished: 'passed', complete: 'passed', verified: 'passed', 'run-passed': 'passed' },
    ]);
    expect((await world.judge({}, { run: 'build-6' })).outcome).to.equal('failed');
  });

  it('Given the newest run is not over, When it is judged, Then it is unknown, though the one before passed', async () => {
    await world.record('passed', { a: 'passed' });
    await world.record('running', { a: 'passed' });
    const verdict = await world.judge({ minPassRate: 0.5 });
    expect([verdict.outcome, told(verdict)['finished']]).to.deep.equal(['unknown', 'unknown']);
    expect(verdict.rules.map(({ rule }) => rule)).to.not.include('min-pass-rate');
  });

  it('Given an answer was made without all of the store, When all rules pass, Then it is unknown', async () => {
    await world.record('passed', { a: 'passed' });
    const verdict = await world.judge({}, {}, true);
    expect([verdict.outcome, told(verdict)['complete']]).to.deep.equal(['unknown', 'unknown']);
  });

  it('Given any run, When it is passed by any rules, Then it was over, verified and complete, and no rule was broken', async () => {
    const run = fc.record({
      status: fc.constantFrom(...RUN_STATUSES),
      results: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom(...RESULT_STATUSES)),
      unverified: fc.boolean(),
    });
    const rules = fc.record(
      {
        minPassRate: fc.double({ min: 0, max: 1, noNaN: true }),
        noNewFailures: fc.boolean(),
        maxFlaky: fc.nat({ max: 1 }),
        maxAgeMs: fc.nat(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { minLength: 1, maxLength: 3 }),
        rules,
        fc.boolean(),
        async (runs, asked, degraded) => {
          const fresh = await World.open();
          for (const { status, results, unverified } of runs)
            await fresh.record(status, results, { unverified });
          const verdict = await fresh.judge(asked, {}, degraded);
          if (verdict.outcome !== 'passed') return;
          const { status, unverified, results } = runs.at(-1)!;
          const statuses = Object.values(results);
          expect([degraded, unverified]).to.deep.equal([false, false]);
          expect(['passed', 'failed']).to.include(status);
          expect(statuses.filter((each) => each === 'passed' || each === 'failed')).to.not.be.empty;
          if (status === 'failed') {
            expect(asked.minPassRate !== undefined || asked.noNewFailures === true).to.equal(true);
            expect(statuses).to.include('failed');
          }
        },
      ),
      { seed, numRuns: 150 },
    );
  });

  it('Given many runs and many results, When they are judged by every rule, Then the store is read as often as for few, and little comes back', async () => {
    const readsOf = async (runs: number, results: number) => {
      const fresh = await World.open();
      for (let i = 0; i < runs; i += 1) await fresh.record('failed', { a: 'failed' });
      const names = Array.from({ length: results }, (_, index) => [`assertion ${index}`, 'passed'] as const);
      for (let i = 0; i < 2; i += 1) await fresh.record('passed', Object.fromEntries(names));
      const reads = { calls: 0, records: 0 };
      const verdict = await judgeRun(
        counting(fresh.ports, reads),
        {
          scenarioId: SCENARIO,
          rules: { minPassRate: 1, maxRecoveryP95Ms: 1, noNewFailures: true, maxFlaky: 0, maxAgeMs: 1 },
        },
        { now: NOW, wasDegraded: () => false },
      );
      expect(verdict.rules).to.have.length(10);
      return reads;
    };
    const few = await readsOf(1, 1);
    expect(few).to.deep.equal({ calls: 7, records: 2 });
    expect(await readsOf(300, 3_000)).to.deep.equal(few);
  });

  describe('Given a baseline', () => {
    it('When nothing new fails, Then a run that failed passes, and the known failures are told', async () => {
      const baseline = await world.record('passed', { a: 'passed', b: 'failed' });
      await world.record('failed', { a: 'passed', b: 'failed' });
      await world.record('failed', { a: 'passed', b: 'failed' });
      const verdict = await world.judge({ noNewFailures: true });
      expect([verdict.outcome, verdict.baseline?.runId]).to.deep.equal(['passed', baseline.runId]);
      expect(verdict.rules.at(-1)!.reason).to.equal('no new failure; 1 failed before');
    });

    it('When something new fails, Then it is named, and that of an assertion that passes is not', async () => {
      await world.record('passed', { a: 'passed', b: 'failed', c: 'passed' });
      await world.record('failed', { a: 'failed', b: 'failed', c: 'passed', d: 'failed' });
      const verdict = await world.judge({ noNewFailures: true });
      expect(verdict.outcome).to.equal('failed');
      expect(verdict.rules.at(-1)!.reason).to.equal(
        '2 new failures, 1 of them of assertions that the baseline lacks; 1 failed before',
      );
      expect(verdict.newFailures.map(({ assertion }) => assertion.name)).to.deep.equal(['a', 'd']);
    });

    it('When the run lacks an assertion that the baseline decided, Then it is unknown', async () => {
      await world.record('passed', { a: 'passed', b: 'passed' });
      await world.record('passed', { a: 'passed' });
      const verdict = await world.judge({ noNewFailures: true });
      expect([verdict.outcome, verdict.rules.at(-1)!.reason]).to.deep.equal([
        'unknown',
        'no new failure, but 1 assertion not checked, 1 of them gone',
      ]);
    });

    it('When it is chosen, Then last-passed, previous and a name are what they say, before the run, verified and of its environment', async () => {
      const staging = { testEnvironment: 'staging' };
      const passed = await world.record('passed', { a: 'passed' }, { ...staging, externalId: 'build-1' });
      const failed = await world.record('failed', { a: 'failed' }, staging);
      await world.record('passed', { a: 'passed' }, { ...staging, unverified: true });
      await world.record('error', {}, staging);
      await world.record('passed', { a: 'passed' }, { testEnvironment: 'production' });
      const run = await world.record('passed', { a: 'passed' }, staging);
      await world.record('passed', { a: 'passed' }, staging);
      const of = async (baseline: GateRequest['baseline']) =>
        (await world.judge({ noNewFailures: true }, { run: run.runId, baseline })).baseline?.runId;
      expect(await of('last-passed')).to.equal(passed.runId);
      expect(await of('previous')).to.equal(failed.runId);
      expect(await of({ run: 'build-1' })).to.equal(passed.runId);
      expect(await of({ run: 'build-99' })).to.equal(undefined);
    });

    it('When there is none, Then the first run passes without a failure, and is unknown with one', async () => {
      await world.record('passed', { a: 'passed' });
      expect((await world.judge({ noNewFailures: true })).outcome).to.equal('passed');
      const other = await World.open();
      await other.record('failed', { a: 'failed' });
      expect((await other.judge({ noNewFailures: true })).outcome).to.equal('unknown');
    });

    it('When it decided nothing, is the run itself or of another scenario, Then it is not used', async () => {
      const broken = await world.record('error', { a: 'passed' });
      const run = await world.record('passed', { a: 'passed' });
      const against = (name: string) => world.judge({ noNewFailures: true }, { baseline: { run: name } });
      expect((await against(broken.runId)).rules.at(-1)).to.deep.include({ outcome: 'unknown' });
      expect(await refusal(against(run.runId))).to.equal(
        'INVALID_ARGUMENT baseline is the run that is judged',
      );
      const { runId } = await world.record('passed', {}, { scenarioId: 'another' });
      expect(await refusal(against(runId))).to.equal(
        `INVALID_ARGUMENT baseline is of the scenario another, not of ${SCENARIO}`,
      );
      expect(await refusal(world.judge({}, { run: runId }))).to.equal(
        `INVALID_ARGUMENT run is of the scenario another, not of ${SCENARIO}`,
      );
    });
  });
});
