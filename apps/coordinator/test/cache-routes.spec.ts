import { AdapterFactory } from '@test-coordinator/coordinator';
import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';

const URL = '/api/v1/cache/team-a';

describe('The cache over HTTP', () => {
  let api: ApiClient;
  let now: number;
  beforeEach(async () => {
    now = Date.parse('2026-01-31T09:30:00Z');
    api = await ApiClient.start({
      factory: AdapterFactory.useStub({}, { clock: { now: () => new Date(now) } }),
    });
  });
  afterEach(() => api[Symbol.asyncDispose]());
  const set = (url: string, value: unknown, more: object = {}) =>
    api.must('PUT', url, { body: { value, ...more } });
  const statusOf = async (url: string) => (await api.call('GET', url)).status;
  const keysOf = async (url: string) => (await api.must<{ keys: string[] }>('GET', url)).keys;

  for (const value of [null, 0, false, '', [1, { a: null }], { price: 1.5 }]) {
    it(`Given the value ${JSON.stringify(value)}, When it is stored, Then it is read with what is left of its ttl, and is gone when it was deleted`, async () => {
      const one = `${URL}/last%2Fprice%20%E2%82%AC`;
      expect((await api.call('PUT', one, { body: { value, ttlSeconds: 10 } })).status).to.equal(204);
      now += 4_000;
      expect(await api.must('GET', one)).to.deep.equal({ key: 'last/price €', value, ttlSeconds: 6 });
      expect((await api.call('HEAD', one)).status).to.equal(200);
      expect((await api.call('DELETE', one)).status).to.equal(204);
      for (const method of ['GET', 'HEAD', 'DELETE'] as const)
        expect((await api.call(method, one)).status, method).to.equal(404);
    });
  }

  it('Given an entry, When it is given another expiry or none, Then that counts; and an expired one is not there', async () => {
    await set(`${URL}/a`, 1, { ttlSeconds: null });
    expect(await api.must('GET', `${URL}/a`)).to.include({ ttlSeconds: null });
    expect((await api.call('POST', `${URL}/a/expire`, { body: { ttlSeconds: 2 } })).status).to.equal(204);
    now += 1_999;
    expect(await statusOf(`${URL}/a`)).to.equal(200);
    now += 1;
    expect(await statusOf(`${URL}/a`)).to.equal(404);
    expect((await api.call('POST', `${URL}/a/expire`, { body: { ttlSeconds: 2 } })).status).to.equal(404);
  });

  it('Given a counter, When many count it up and down at once, Then none is lost', async () => {
    const count = (way: string, body?: object) =>
      api.must<{ value: number }>('POST', `${URL}/n/${way}`, body === undefined ? {} : { body });
    await Promise.all(Array.from({ length: 20 }, () => count('increment', { by: 3, ttlSeconds: 60 })));
    await Promise.all(Array.from({ length: 10 }, () => count('decrement')));
    expect(await api.must('GET', `${URL}/n`)).to.deep.equal({ key: 'n', value: 50, ttlSeconds: 60 });
    await set(`${URL}/text`, 'x');
    expect((await api.call('POST', `${URL}/text/increment`, { body: {} })).status).to.equal(400);
  });

  it('Given many entries, When they are stored, read, listed and deleted at once, Then only those of the namespace are seen', async () => {
    const entries = ['price:a', 'price:b', 'other'].map((key) => ({ key, value: { key } }));
    expect((await api.call('PUT', URL, { body: { entries, ttlSeconds: 5 } })).status).to.equal(204);
    await set('/api/v1/cache/team-b/price:a', 'theirs');
    expect(await api.must('POST', URL, { body: { keys: ['other', 'none', 'price:a'] } })).to.deep.equal({
      items: [entries[2], entries[0]],
    });
    expect(await keysOf(URL)).to.deep.equal(['other', 'price:a', 'price:b']);
    expect(await keysOf(`${URL}?pattern=price:*`)).to.deep.equal(['price:a', 'price:b']);
    expect(await api.must('DELETE', `${URL}?keys=price:a&keys=none`)).to.deep.equal({ deleted: 1 });
    expect(await api.must('DELETE', `${URL}?pattern=*`)).to.deep.equal({ deleted: 2 });
    expect(await keysOf(URL)).to.deep.equal([]);
    expect(await keysOf('/api/v1/cache/team-b')).to.deep.equal(['price:a']);
  });

  it('Given more keys than an address holds, When they are deleted by name, Then all of them are gone, and no other entry', async () => {
    const entries = Array.from({ length: 1_000 }, (_, n) => ({ key: `${n}`.padStart(100, 'k'), value: n }));
    expect((await api.call('PUT', URL, { body: { entries } })).status).to.equal(204);
    await set(`/api/v1/cache/team-b/${entries[0]!.key}`, 'theirs');
    const keys = [...entries.slice(1).map(({ key }) => key), 'none'];
    const body = { keys };
    expect(await api.must('POST', '/api/v1/cache-deletions/team-a', { body })).to.deep.equal({
      deleted: 999,
    });
    expect(await keysOf(URL)).to.deep.equal([entries[0]!.key]);
    expect(await keysOf('/api/v1/cache/team-b')).to.have.length(1);
  });

  it("Given the product's own entries, When every way in is tried, Then none is read, listed, changed or deleted", async () => {
    const cache = api.factory.getCacheRepository();
    await cache.set('scenario:1:own', 'ours');
    for (const pattern of ['*', '?*', '[', '*:*', '../*', '\\*'])
      await api.must('DELETE', `${URL}?pattern=${encodeURIComponent(pattern)}`);
    for (const namespace of ['..', '%2e%2e%2f', 'a:b', '*', '[a-z]', '', '-', 'x'.repeat(65)]) {
      const answer = await api.call('DELETE', `/api/v1/cache/${namespace}?pattern=*`);
      expect(answer.status, namespace).to.be.oneOf([400, 404, 405]);
    }
    expect(await statusOf('/api/v1/cache/scenario/1:own')).to.equal(404);
    await set(`${URL}/scenario:1:own`, 'theirs');
    expect(await cache.get('scenario:1:own')).to.equal('ours');
  });

  for (const [what, method, url, body, path] of [
    ['a key that is too long', 'PUT', `${URL}/${'k'.repeat(441)}`, { value: 1 }, 'key'],
    ['a key with NUL', 'PUT', `${URL}/%00`, { value: 1 }, 'key'],
    ['no value', 'PUT', `${URL}/a`, {}, 'value'],
    ['a ttl of 0', 'PUT', `${URL}/a`, { value: 1, ttlSeconds: 0 }, 'ttlSeconds'],
    ['a step that is no whole number', 'POST', `${URL}/a/increment`, { by: 1.5 }, 'by'],
    ['no keys', 'POST', URL, { keys: [] }, 'keys'],
    ['no keys to delete', 'POST', '/api/v1/cache-deletions/team-a', { keys: [] }, 'keys'],
    [
      'more than a thousand entries',
      'PUT',
      URL,
      { entries: Array(1_001).fill({ key: 'a', value: 1 }) },
      'entries',
    ],
    ['an entry without a key', 'PUT', URL, { entries: [{ value: 1 }] }, 'entries[0].key'],
    ['both a pattern and keys', 'DELETE', `${URL}?pattern=*&keys=a`, undefined, 'query'],
    ['neither a pattern nor keys', 'DELETE', URL, undefined, 'query'],
    ['a namespace with a colon', 'GET', '/api/v1/cache/a:b/c', undefined, 'namespace'],
  ] as const) {
    it(`Given ${what}, When it is sent, Then it is 400, ${path} is named and nothing is stored`, async () => {
      const answer = await api.call(method, url, body === undefined ? {} : { body });
      expect(answer.status).to.equal(400);
      const { problems } = json<{ problems: readonly { path: string }[] }>(answer);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
      expect(await api.factory.getCacheRepository().keys()).to.deep.equal([]);
    });
  }
});
