import { AdapterFactory } from '@test-coordinator/coordinator';
import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';

const service = (serviceId: string, serviceName = 'matching-engine') => ({
  serviceId,
  serviceName,
  version: '1.4.0',
  host: 'engine.internal',
  grpcPort: 50_051,
  httpPort: 0,
  metadata: { zone: 'b' },
});
interface ServicePage {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

describe('GET /api/v1/services', () => {
  let api: ApiClient;
  beforeEach(async () => {
    api = await ApiClient.start();
    const registry = api.factory.getServiceDiscoveryRepository();
    for (const id of ['a', 'b', 'c']) await registry.register(service(id));
    await registry.register(service('d', 'gateway'));
  });
  afterEach(() => api[Symbol.asyncDispose]());
  const list = (query = '') => api.must<ServicePage>('GET', `/api/v1/services${query}`);
  const idsOf = ({ items }: ServicePage) => items.map(({ serviceId }) => serviceId);

  it('Given registered instances, When all are listed, Then they come with everything that is known of them', async () => {
    const { items, nextCursor } = await list();
    expect(nextCursor).to.equal(null);
    expect(items).to.have.length(4);
    const { lastSeen, registeredAt, ...given } = items.find(({ serviceId }) => serviceId === 'a')!;
    expect(given).to.deep.equal(service('a'));
    expect(lastSeen).to.equal(registeredAt);
  });

  it('Given registered instances, When a name is asked for, Then only its instances come', async () => {
    expect(idsOf(await list('?serviceName=gateway'))).to.deep.equal(['d']);
    expect(idsOf(await list('?serviceName=nobody'))).to.deep.equal([]);
  });

  it('Given more instances than a page holds, When the pages are read, Then each instance comes once', async () => {
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: ServicePage = await list(
        `?serviceName=matching-engine&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
    }
    expect(seen).to.have.members(['a', 'b', 'c']);
  });

  for (const [query, path] of [
    ['?serviceName=', 'serviceName'],
    ['?serviceName=a&serviceName=b', 'serviceName'],
    ['?limit=0', 'limit'],
    ['?cursor=x', 'cursor'],
    ['?name=a', 'name'],
  ] as const) {
    it(`Given ${query}, When it is asked for, Then it is 400 and ${path} is named`, async () => {
      const answer = await api.call('GET', `/api/v1/services${query}`);
      expect(answer.status).to.equal(400);
      const { problems } = json<{ problems: readonly { path: string }[] }>(answer);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
    });
  }
});

describe('The service registry over HTTP', () => {
  const URL = '/api/v1/services';
  const START = Date.parse('2026-01-31T09:30:00Z');
  let api: ApiClient;
  let now: number;
  beforeEach(async () => {
    now = START;
    const clock = { now: () => new Date(now) };
    api = await ApiClient.start({ factory: AdapterFactory.useStub({ staleThresholdMs: 1_000 }, { clock }) });
  });
  afterEach(() => api[Symbol.asyncDispose]());
  const register = (id: string, name?: string) => api.must('POST', URL, { body: service(id, name) });

  it('Given an instance, When it registers, beats, registers again and leaves, Then each step answers with what is known of it', async () => {
    const answer = await api.call('POST', URL, { body: service('a') });
    expect([answer.status, answer.headers['location']]).to.deep.equal([201, `${URL}/a`]);
    now += 100;
    const seen = await api.must('POST', `${URL}/a/heartbeat`);
    expect(seen).to.include({
      lastSeen: new Date(now).toISOString(),
      registeredAt: new Date(START).toISOString(),
    });
    expect(await api.must('GET', `${URL}/a`)).to.deep.equal(seen);
    now += 100;
    expect(await register('a', 'gateway')).to.include({
      serviceName: 'gateway',
      registeredAt: new Date(START).toISOString(),
    });
    expect((await api.call('DELETE', `${URL}/a`)).status).to.equal(204);
    for (const [method, url] of [
      ['GET', `${URL}/a`],
      ['DELETE', `${URL}/a`],
      ['POST', `${URL}/a/heartbeat`],
      ['GET', '/api/v1/service-names/gateway'],
    ] as const)
      expect((await api.call(method, url)).status, `${method} ${url}`).to.equal(404);
  });

  it('Given an instance that is silent for the threshold, When health, count and name are asked for, Then it is stale until it is removed', async () => {
    await register('old');
    now += 999;
    expect(await api.must('GET', `${URL}/old/health`)).to.deep.equal({ isHealthy: true });
    now += 1;
    await register('new');
    expect(await api.must('GET', `${URL}/old/health`)).to.deep.equal({ isHealthy: false });
    expect(await api.must('GET', `${URL}/nobody/health`)).to.deep.equal({ isHealthy: false });
    expect(await api.must('GET', '/api/v1/service-count')).to.deep.equal({ count: 2 });
    expect(await api.must('GET', '/api/v1/service-names/matching-engine')).to.include({ serviceId: 'new' });
    expect(await api.must('DELETE', '/api/v1/stale-services')).to.deep.equal({ serviceIds: ['old'] });
    expect(await api.must('GET', '/api/v1/service-count')).to.deep.equal({ count: 1 });
  });

  it('Given input that breaks a rule, When it is registered, Then it is 400 and its places are named', async () => {
    const body = { ...service('a b'), httpPort: 70_000, colour: 'red' };
    const answer = await api.call('POST', URL, { body });
    expect(answer.status).to.equal(400);
    expect(answer.text).to.include('colour');
    const { colour: _colour, ...known } = body;
    const second = json<{ problems: readonly { path: string }[] }>(
      await api.call('POST', URL, { body: known }),
    );
    expect(second.problems.map(({ path }) => path)).to.have.members(['serviceId', 'httpPort']);
  });
});
