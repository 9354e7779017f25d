import { createPostgresAdapter, type PostgresAdapter } from '@test-coordinator/adapter-postgres';
import { fixtures, ManualClock, SequentialIds } from '@test-coordinator/contract-tests';
import { expect } from 'chai';

import { connected, refusalOf } from './fault-worlds.js';
import { sharedServer } from './test-databases.js';

const { id } = fixtures;
const DAY_MS = 86_400_000;
const POLICY = { testRunsDays: 90, chaosEventsDays: 90, testResultsDays: 60, scenariosDays: 365 };

describe('The retention', () => {
  let adapter: PostgresAdapter;
  let clock: ManualClock;
  let url: string;
  beforeEach(async () => {
    url = await sharedServer.migratedDatabase();
    clock = new ManualClock();
    adapter = createPostgresAdapter({ settings: { url }, clock, ids: new SequentialIds() });
    await adapter.start();
    const { scenarios, testRuns, chaosEvents, testResults } = adapter.ports;
    await scenarios.create(fixtures.scenario());
    for (const [n, pinned] of [
      [1, false],
      [2, true],
    ] as const) {
      await testRuns.create(fixtures.testRun({ runId: id(n), pinned }));
      await chaosEvents.create(fixtures.chaosEvent({ eventId: id(10 + n), runId: id(n) }));
      await testResults.create(fixtures.testResult({ resultId: id(20 + n), runId: id(n) }));
    }
  });
  afterEach(() => adapter.stop());

  it('When a run is as old as its limit and no older, Then it stays', async () => {
    clock.advance(90 * DAY_MS);
    expect(await adapter.retention.apply(POLICY)).to.deep.equal({
      runs: 0,
      children: 0,
      scenarios: 0,
      isElsewhere: false,
    });
  });

  it('When a run is older than the longest of its limits, Then it goes with its children, and a pinned one stays', async () => {
    clock.advance(90 * DAY_MS + 1);
    expect(await adapter.retention.apply(POLICY)).to.deep.equal({
      runs: 1,
      children: 2,
      scenarios: 0,
      isElsewhere: false,
    });
    const { testRuns, chaosEvents, testResults } = adapter.ports;
    expect((await testRuns.getRecentRuns()).items.map(({ runId }) => runId)).to.deep.equal([id(2)]);
    expect((await chaosEvents.find({})).items.map(({ runId }) => runId)).to.deep.equal([id(2)]);
    expect((await testResults.find({})).items.map(({ runId }) => runId)).to.deep.equal([id(2)]);
  });

  it('When it is a dry run, Then it counts what the real one takes, and nothing goes', async () => {
    clock.advance(400 * DAY_MS);
    await adapter.ports.testRuns.update(id(2), 1, { pinned: false });
    const told = await adapter.retention.apply(POLICY, { dryRun: true });
    expect(told).to.deep.equal({ runs: 2, children: 4, scenarios: 1, isElsewhere: false });
    expect((await adapter.ports.testRuns.getRecentRuns()).items).to.have.length(2);
    expect(await adapter.retention.apply(POLICY)).to.deep.equal(told);
    expect((await adapter.ports.scenarios.listAll()).items).to.deep.equal([]);
  });

  it('When a scenario is old but a run or another scenario refers to it, Then it stays', async () => {
    const { scenarios } = adapter.ports;
    await scenarios.create(fixtures.scenario({ scenarioId: 'needed' }));
    clock.advance(400 * DAY_MS);
    await scenarios.create(fixtures.scenario({ scenarioId: 'young', dependsOn: ['needed'] }));
    expect((await adapter.retention.apply(POLICY)).scenarios).to.equal(0);
    await scenarios.update('young', 1, { dependsOn: [] });
    expect((await adapter.retention.apply(POLICY)).scenarios).to.equal(1);
    expect(await scenarios.getById('needed')).to.equal(null);
  });

  it('When a run has more children than a batch, Then they go in several', async () => {
    const admin = await connected(url);
    await admin.query(`INSERT INTO test_coordination.test_results
      SELECT gen_random_uuid(), '${id(1)}', NULL, 'latency', '', '', 'passed', now(), NULL, NULL, 1, false, NULL, now()
      FROM generate_series(1, 12000)`);
    clock.advance(91 * DAY_MS);
    expect(await adapter.retention.apply(POLICY)).to.include({ runs: 1, children: 12_002 });
    await admin.end();
  });

  it('When another instance is at it, Then this one stops and says so', async () => {
    const other = await connected(url);
    await other.query('BEGIN');
    await other.query(
      "SELECT pg_advisory_xact_lock(hashtextextended('test-coordinator retention of test_coordination', 0))",
    );
    clock.advance(91 * DAY_MS);
    expect(await adapter.retention.apply(POLICY)).to.deep.equal({
      runs: 0,
      children: 0,
      scenarios: 0,
      isElsewhere: true,
    });
    await other.query('ROLLBACK');
    await other.end();
    expect((await adapter.retention.apply(POLICY)).runs).to.equal(1);
  });

  it('When a limit is no whole number of days, Then it is INVALID_ARGUMENT and nothing goes', async () => {
    clock.advance(400 * DAY_MS);
    expect(await refusalOf(adapter.retention.apply({ ...POLICY, testRunsDays: 0 }))).to.equal(
      'INVALID_ARGUMENT',
    );
    expect((await adapter.ports.testRuns.getRecentRuns()).items).to.have.length(2);
  });
});
