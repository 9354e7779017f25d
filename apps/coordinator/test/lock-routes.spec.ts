import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { eventually } from './eventually.js';
import { event, run, scenario, UNKNOWN_ID } from './records.js';

const URL = '/api/v1/locks/run:1';

interface Lease {
  readonly leaseId: string;
  readonly fence: number;
  readonly expiresAt: string;
}

describe('Execution locks over HTTP', () => {
  let api: ApiClient;
  beforeEach(async () => {
    api = await ApiClient.start();
  });
  afterEach(() => api[Symbol.asyncDispose]());
  const acquire = (more: object = {}, url = URL) =>
    api.call('POST', url, { body: { owner: 'worker-1', ttlMs: 60_000, ...more } });
  const leaseUrl = ({ leaseId }: Lease) => `${URL}/leases/${leaseId}`;

  it('Given a free lock, When it is taken, inspected, renewed and given back, Then each step answers with it, and its id is told to the holder alone', async () => {
    const answer = await acquire();
    const lease = json<Lease>(answer);
    expect([answer.status, answer.headers['location']]).to.deep.equal([201, leaseUrl(lease)]);
    const lock = await api.call('GET', URL);
    expect(json(lock)).to.include({ owner: 'worker-1', fence: lease.fence, expiresAt: lease.expiresAt });
    expect(lock.text).to.not.include(lease.leaseId);
    const renewed = await api.must<Lease>('POST', `${leaseUrl(lease)}/renew`);
    expect(renewed).to.include({ leaseId: lease.leaseId, fence: lease.fence });
    expect(Date.parse(renewed.expiresAt)).to.be.at.least(Date.parse(lease.expiresAt));
    expect((await api.call('DELETE', leaseUrl(lease))).status).to.equal(204);
    expect((await api.call('GET', URL)).status).to.equal(404);
    expect((await api.call('DELETE', leaseUrl(lease))).status).to.equal(404);
    expect((await api.call('POST', `${leaseUrl(lease)}/renew`)).status).to.equal(404);
  });

  it('Given a held lock, When another wants it, Then it is 423 with who holds it; one that waits gets it with a greater fence once it is free', async () => {
    const first = json<Lease>(await acquire());
    const refused = await acquire({ owner: 'worker-2', waitMs: 20 });
    expect(refused.status).to.equal(423);
    const { code, details } = json<{ code: string; details: { expiresInMs: number } }>(refused);
    expect(code).to.equal('LOCK_HELD');
    expect(details).to.include({ owner: 'worker-1', fence: first.fence });
    expect(details.expiresInMs).to.be.within(1, 60_000);
    const waiting = acquire({ owner: 'worker-2', waitMs: 30_000 });
    await api.must('DELETE', leaseUrl(first));
    const second = json<Lease>(await waiting);
    expect(second.fence).to.be.above(first.fence);
  });

  describe('Given a lock that is asked for with an Idempotency-Key', () => {
    const asked = (more: object = {}, url = URL, key = 'job-1') =>
      api.call('POST', url, {
        body: { owner: 'worker-1', ttlMs: 60_000, ...more },
        headers: { 'idempotency-key': key },
      });

    it('When the answer was lost and it comes again, Then it is answered with the lease that is held; once that is given back, with a new one', async () => {
      const first = await asked();
      const again = await asked();
      expect([again.status, again.text]).to.deep.equal([201, first.text]);
      expect((await asked({}, URL, 'job-2')).status).to.equal(423);
      expect((await asked({}, '/api/v1/locks/run:2')).status).to.equal(201);
      await api.must('DELETE', leaseUrl(json<Lease>(first)));
      const later = json<Lease>(await asked());
      expect(later.leaseId).to.not.equal(json<Lease>(first).leaseId);
      expect(later.fence).to.be.above(json<Lease>(first).fence);
    });

    it('When it comes ten times at once and waits, Then all are answered with one lease', async () => {
      const holder = json<Lease>(await acquire());
      const waiting = Promise.all(Array.from({ length: 10 }, () => asked({ waitMs: 30_000 })));
      await api.must('DELETE', leaseUrl(holder));
      const answered = await waiting;
      expect(answered[0]!.status).to.equal(201);
      expect(new Set(answered.map(({ text }) => text)).size).to.equal(1);
    });

    it('When the first of two fails, Then the second asks for itself', async () => {
      const locks = api.factory.getExecutionLocks();
      const really = locks.acquire.bind(locks);
      let refuse: ((error: Error) => void) | undefined;
      locks.acquire = () => {
        locks.acquire = really;
        return new Promise((_resolve, reject) => {
          refuse = reject;
        });
      };
      const first = asked();
      await eventually('the first is under way', () => refuse !== undefined);
      const second = asked();
      refuse!(new Error('its client has gone'));
      expect((await first).status).to.equal(500);
      expect((await second).status).to.equal(201);
    });

    it('When another body or no sound key comes, Then it is refused and nothing is taken', async () => {
      await asked();
      const other = await asked({ owner: 'worker-2' });
      expect([other.status, json(other)['code']]).to.deep.equal([409, 'ALREADY_EXISTS']);
      expect((await asked({}, '/api/v1/locks/run:3', 'a b')).status).to.equal(400);
      expect((await api.call('GET', '/api/v1/locks/run:3')).status).to.equal(404);
    });
  });

  it('Given a holder that stops renewing, When its ttl has passed, Then the coordinator gives the lock back and the lease is not known any more', async () => {
    const lease = json<Lease>(await acquire({ ttlMs: 100 }));
    await eventually('the lock is free', async () => (await api.call('GET', URL)).status === 404);
    expect((await api.call('POST', `${leaseUrl(lease)}/renew`)).status).to.equal(404);
    expect((await acquire({ owner: 'worker-2' })).status).to.equal(201);
  });

  it('Given a holder that renews, When many ttls have passed, Then it holds the lock all the time', async () => {
    const ttlMs = 200;
    const lease = json<Lease>(await acquire({ ttlMs }));
    const end = Date.parse(lease.expiresAt) + 3 * ttlMs;
    await eventually('three more ttls have passed', async () => {
      const { expiresAt } = await api.must<Lease>('POST', `${leaseUrl(lease)}/renew`);
      return Date.parse(expiresAt) > end;
    });
    expect(await api.must('GET', URL)).to.include({ fence: lease.fence });
  });

  it('Given the lease of another resource, When it is renewed or released under this one, Then it is not found and stands', async () => {
    const lease = json<Lease>(await acquire({}, '/api/v1/locks/other'));
    expect((await api.call('POST', `${leaseUrl(lease)}/renew`)).status).to.equal(404);
    expect((await api.call('DELETE', leaseUrl(lease))).status).to.equal(404);
    expect((await api.call('GET', '/api/v1/locks/other')).status).to.equal(200);
  });

  for (const [body, path] of [
    [{ ttlMs: 49 }, 'ttlMs'],
    [{ ttlMs: 86_400_001 }, 'ttlMs'],
    [{ waitMs: 30_001 }, 'waitMs'],
    [{ waitMs: '1' }, 'waitMs'],
    [{ owner: '' }, 'owner'],
    [{ fenceAbove: -1 }, 'fenceAbove'],
  ] as const) {
    it(`Given ${JSON.stringify(body)}, When a lock is asked for, Then it is 400 and ${path} is named`, async () => {
      const answer = await acquire(body);
      expect(answer.status).to.equal(400);
      const { problems } = json<{ problems: readonly { path: string }[] }>(answer);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
      expect((await api.call('GET', URL)).status).to.equal(404);
    });
  }

  describe('Given a run that a later holder has changed', () => {
    let runId: string;
    let eventId: string;
    beforeEach(async () => {
      await api.must('POST', '/api/v1/scenarios', { body: scenario() });
      ({ runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() }));
      ({ eventId } = await api.must<{ eventId: string }>('POST', '/api/v1/events', { body: event(runId) }));
      await api.must('POST', `/api/v1/runs/${runId}/start`, { headers: { fence: '7' } });
    });

    for (const [step, body] of [
      ['runs/:run/complete', { status: 'passed' }],
      ['runs/:run/record-completion', { exitCode: 0, durationMs: 1 }],
      ['runs/:run/status', { status: 'failed' }],
      ['events/:event/status', { status: 'injected' }],
    ] as const) {
      it(`When an earlier one sends its fence with ${step}, Then it is told which fence was seen and nothing changes; the later one may`, async () => {
        const url = `/api/v1/${step.replace(':run', runId).replace(':event', eventId)}`;
        const refused = await api.call('POST', url, { body, headers: { fence: '6' } });
        expect(refused.status).to.equal(409);
        expect(json(refused)).to.deep.include({ code: 'STALE_FENCE' });
        expect(json(refused)['details']).to.deep.include({ fence: 7 });
        expect(await api.must('GET', `/api/v1/runs/${runId}`)).to.include({ status: 'running' });
        await api.must('POST', url, { body, headers: { fence: '7' } });
      });
    }

    it('When the fence is no whole number, Then it is 400 and named', async () => {
      for (const fence of ['x', '-1', '1.5', '']) {
        const answer = await api.call('POST', `/api/v1/runs/${runId}/complete`, {
          body: { status: 'passed' },
          headers: { fence },
        });
        expect(answer.status, fence).to.equal(400);
        expect(answer.text).to.include('"fence"');
      }
    });
  });

  it('Given no such run, When a fenced step is sent, Then it is not found', async () => {
    const answer = await api.call('POST', `/api/v1/runs/${UNKNOWN_ID}/start`, { headers: { fence: '1' } });
    expect(answer.status).to.equal(404);
  });
});
