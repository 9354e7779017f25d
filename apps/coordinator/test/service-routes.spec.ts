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
