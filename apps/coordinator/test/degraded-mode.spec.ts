import { createCoordinatorClient, isAccepted } from '@test-coordinator/client';
import type { NewTestResult } from '@test-coordinator/domain';
import { TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';

import { event, result, run, scenario } from './records.js';
import { eventually } from './eventually.js';
import { examplePath, JOURNAL } from './examples.js';
import { SpoolingWorld } from './spooling-coordinator.js';

interface Shown {
  readonly slots: readonly {
    readonly slot: number;
    readonly owner: number | null;
    readonly waitingRecords: number;
  }[];
}

const idsOf = (list: unknown) =>
  (list as readonly { readonly resultId: string }[]).map(({ resultId }) => resultId);

const jsonOf = (records: readonly object[]) => JSON.parse(JSON.stringify(records)) as readonly object[];

describe('Coordinator whose PostgreSQL goes away', function () {
  this.timeout(120_000);
  let postgres: TestPostgres;
  let world: SpoolingWorld;
  before(async () => {
    postgres = await TestPostgres.startOwn();
  });
  after(() => postgres.stop());
  beforeEach(async () => {
    world = await SpoolingWorld.on(postgres);
  });
  afterEach(() => world.remove());

  it('Given a run that is under way, When PostgreSQL is killed, and the coordinator as well, and both come back, Then all was accepted, readable and stored with its own times (B23)', async () => {
    const first = await world.serve();
    expect((await first.post('scenarios', scenario())).status).to.equal(201);
    const { body: started } = await first.post('runs', run());
    const runId = String(started['runId']);
    expect((await first.post(`runs/${runId}/start`)).status).to.equal(200);

    await world.server.kill();
    const accepted = await first.post('results', result(runId));
    expect([accepted.status, accepted.headers.get('freshness')]).to.deep.equal([202, 'degraded']);
    await using client = createCoordinatorClient({ settings: { baseUrl: first.url } });
    await client.start();
    const given = { ...result(runId), verificationTime: new Date() } as NewTestResult;
    const bulk = await client.ports.testResults.bulkCreate([given, given]);
    expect(isAccepted(bulk)).to.equal(true);
    const injected = await first.post('events', event(runId));
    expect(injected.status).to.equal(202);
    const later = await first.post('runs', run());
    expect(later.status).to.equal(202);

    expect(await first.import(examplePath(JOURNAL))).to.equal(202);

    const read = await first.get(`runs/${runId}`);
    expect([read.status, read.headers.get('freshness')]).to.deep.equal([200, 'degraded']);
    const listed = await first.get(`runs/${runId}/results`);
    expect(listed.body).to.include({ freshness: 'degraded' });
    expect(listed.body['items']).to.deep.equal([accepted.body, ...jsonOf(bulk)]);
    const refused = await first.get(`runs/${runId}/report`);
    expect(refused.status).to.equal(503);
    expect(refused.body).to.include({ code: 'UNAVAILABLE' });
    expect(refused.headers.get('retry-after')).to.equal('1');
    const { status, told } = await first.ready();
    expect([status, told.status]).to.deep.equal([200, 'degraded']);
    expect(told.spool).to.include({ waitingRecords: 5, deadLetters: 0 });
    expect(told.spool!.oldestWaitingMs).to.be.within(0, 60_000);
    expect((await fetch(`${first.url}/livez`)).status).to.equal(200);
    first.process.kill('SIGKILL');
    await first.process.ended();

    const second = await world.serveHere();
    expect(world.server.isRunning, 'PostgreSQL').to.equal(false);
    const completed = await second.post(`runs/${runId}/complete`, { status: 'passed' });
    expect([completed.status, completed.body['code']]).to.deep.equal([503, 'UNAVAILABLE']);
    const known = await second.get(`runs/${String(later.body['runId'])}`);
    expect([known.status, known.headers.get('freshness')]).to.deep.equal([200, 'degraded']);
    const more = await second.post('results', result(runId));
    expect(more.status).to.equal(202);

    await world.server.restart();
    await second.drained();
    const stored = await second.get(`runs/${runId}/results`);
    expect(idsOf(stored.body['items'])).to.deep.equal(
      idsOf([...(listed.body['items'] as object[]), more.body]),
    );
    expect(stored.headers.get('freshness')).to.equal(null);
    expect((await second.get(`runs/${String(later.body['runId'])}`)).body).to.deep.equal(later.body);
    expect((await second.get(`events/${String(injected.body['eventId'])}`)).body).to.deep.equal(
      injected.body,
    );
    expect((await second.get(`runs/${runId}/report`)).body).to.have.nested.property(
      'reports[0].results.passed',
      4,
    );
    expect((await second.post('results', result(runId))).status).to.equal(201);
    expect(await second.import(examplePath(JOURNAL)), 'the import again').to.equal(200);
    expect((await second.ready()).told.spool).to.include({ deadLetters: 0 });
  });

  it('Given two coordinators that share a folder, When PostgreSQL and both are killed, Then one start brings what both had accepted, the log says so once, and what is refused is kept for a person', async () => {
    const [first, other] = [await world.serve(), await world.serve()];
    await first.post('scenarios', scenario());
    await world.server.kill();
    const accepted: string[] = [];
    for (const coordinator of [first, other]) {
      const { status, body } = await coordinator.post('runs', run());
      expect(status).to.equal(202);
      const runId = String(body['runId']);
      accepted.push(runId);
      for (let count = 0; count < 20; count += 1)
        expect((await coordinator.post('results', result(runId))).status).to.equal(202);
      // What only the store knows: there is no such scenario yet.
      expect((await coordinator.post('runs', run({ scenarioId: 'made-later' }))).status).to.equal(202);
      expect(coordinator.logged('warn').filter((line) => line.includes('the store is away'))).to.have.length(
        1,
      );
      expect(coordinator.logged('error')).to.deep.equal([]);
      coordinator.process.kill('SIGKILL');
      await coordinator.process.ended();
    }
    const shown = JSON.parse((await world.run('spool', '--format', 'json')).stdout) as Shown;
    expect(shown.slots.map(({ slot, owner, waitingRecords }) => [slot, owner, waitingRecords])).to.deep.equal(
      [
        [0, null, 22],
        [1, null, 22],
      ],
    );

    const third = await world.serveHere();
    await world.server.restart();
    await third.drained();

    expect(third.logged('info').filter((line) => line.includes('the store is back'))).to.have.length(1);
    const stored = await world.query(
      'SELECT run_id::text AS "runId", count(*)::int AS results FROM test_coordination.test_results GROUP BY 1 ORDER BY 1',
    );
    expect(stored).to.deep.equal(accepted.toSorted().map((runId) => ({ runId, results: 20 })));
    expect((await third.ready()).told.spool).to.include({ deadLetters: 2 });
    const text = (await world.run('spool')).stdout;
    expect(text).to.match(/Dead letters: 2\n {2}0\/\d{16}-0000 {2}REFERENCE_VIOLATION {2}testRuns\.create/);
    const [one, two] = [...text.matchAll(/^ {2}(\d\/\S+) /gm)].map(([, name]) => name!);
    const lines = (await world.run('spool', 'export')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).to.deep.equal([one, two]);

    await third.post('scenarios', scenario({ scenarioId: 'made-later' }));
    expect((await world.run('spool', 'retry', two!)).stdout).to.include(
      '1 dead letter is tried again by the coordinator',
    );
    await eventually('the run is stored', async () => {
      const { body } = await third.get('runs?scenarioId=made-later');
      return (body['items'] as object[]).length === 1;
    });
    expect((await world.run('spool', 'discard', one!, 'none')).code).to.equal(1);
    expect((await world.run('spool', 'discard', one!)).stdout).to.equal(
      '1 dead letter is removed for good.\n',
    );
    expect((await world.run('spool')).stdout).to.include('Dead letters: 0');
    expect((await world.run('spool', 'retry')).code).to.equal(2);
  });

  it('Given a server that hangs, When writes come and then SIGTERM, Then each is answered in its time, the end comes within 10 s, and the next start stores them all (B33)', async () => {
    const patient = await world.serve({ TEST_COORDINATOR_ADAPTER_SPOOL_AFTER: '0.5' });
    await patient.post('scenarios', scenario());
    const runId = String((await patient.post('runs', run())).body['runId']);
    world.freeze();
    const begun = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => patient.post('results', result(runId))),
    );
    // One after the other they would take 10 s.
    expect(performance.now() - begun).to.be.within(500, 8_000);
    expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(20).fill(202));
    const lookedAt = performance.now();
    const { status, told } = await patient.ready();
    expect([status, told.status]).to.deep.equal([200, 'degraded']);
    // Probing, while the store is asked again: how often that is, is not the matter here.
    expect(told.spool?.breaker).to.be.oneOf(['open', 'probing']);
    expect(performance.now() - lookedAt, 'a store that hangs is not asked').to.be.lessThan(1_000);

    const asked = performance.now();
    patient.process.kill('SIGTERM');
    const { code } = await patient.process.ended();
    expect([code, performance.now() - asked < 10_000]).to.deep.equal([0, true]);
    world.thaw();

    const next = await world.serveHere();
    await next.drained();
    const { body } = await next.get(`runs/${runId}/results`);
    expect(idsOf(body['items']).toSorted()).to.deep.equal(
      answers.map(({ body: { resultId } }) => String(resultId)).toSorted(),
    );
    expect((await next.ready()).told.spool).to.include({ deadLetters: 0 });
  });
});
