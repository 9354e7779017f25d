import { TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';

import { event, result, run, scenario } from './records.js';
import { SpoolingWorld } from './spooling-coordinator.js';

const idsOf = (list: unknown) =>
  (list as readonly { readonly resultId: string }[]).map(({ resultId }) => resultId);

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
    const bulk = await first.post('results/bulk', { results: [result(runId), result(runId)] });
    expect(bulk.status).to.equal(202);
    const injected = await first.post('events', event(runId));
    expect(injected.status).to.equal(202);
    const later = await first.post('runs', run());
    expect(later.status).to.equal(202);

    const read = await first.get(`runs/${runId}`);
    expect([read.status, read.headers.get('freshness')]).to.deep.equal([200, 'degraded']);
    const listed = await first.get(`runs/${runId}/results`);
    expect(listed.body).to.include({ freshness: 'degraded' });
    expect(listed.body['items']).to.deep.equal([accepted.body, ...(bulk.body['items'] as object[])]);
    const refused = await first.get(`runs/${runId}/report`);
    expect(refused.status).to.equal(503);
    expect(refused.body).to.include({ code: 'UNAVAILABLE' });
    expect(refused.headers.get('retry-after')).to.equal('1');
    const { status, told } = await first.ready();
    expect([status, told.status]).to.deep.equal([200, 'degraded']);
    expect(told.spool).to.include({ waitingRecords: 4, deadLetters: 0 });
    expect(told.spool!.oldestWaitingMs).to.be.within(0, 60_000);
    expect((await fetch(`${first.url}/livez`)).status).to.equal(200);
    first.process.kill('SIGKILL');
    await first.process.ended();

    const second = await world.serve();
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
  });
});
