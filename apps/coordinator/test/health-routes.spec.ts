import { StubAdapter, stubModule } from '@test-coordinator/adapter-stub';
import { AdapterFactory } from '@test-coordinator/coordinator';
import type { AdapterLifecycle } from '@test-coordinator/ports';
import { expect } from 'chai';
import { ContainerModule } from 'inversify';

import { ApiClient, json } from './api-client.js';

/** The in-memory adapter beside a cache that is degraded. */
function withDegradedCache(): AdapterFactory {
  const cache: AdapterLifecycle = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    checkHealth: () => Promise.resolve({ name: 'cache', status: 'degraded', latencyMs: 2, detail: 'slow' }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const key = Symbol('cache');
  const module = new ContainerModule(({ bind }) => {
    bind(key).toConstantValue(cache);
  });
  return new AdapterFactory({ isDurable: true, detail: 'on disk' }, [
    { name: 'memory', module: stubModule(), lifecycle: StubAdapter, role: 'all', limits: 'none' },
    { name: 'cache', module, lifecycle: key, role: 'cache', limits: 'none' },
  ]);
}

describe('Health over HTTP', () => {
  it('Given stores in memory, When readiness is asked for, Then it is ok and says that nothing survives', async () => {
    await using api = await ApiClient.start();
    const ready = await api.must<{ adapters: object[] }>('GET', '/readyz');
    expect(ready).to.include({ status: 'ok', durable: false });
    expect(JSON.stringify(ready)).to.include('nothing survives');
    expect(ready.adapters[0]).to.include({ name: 'memory', status: 'up' });
  });

  it('Given a store that is degraded, When readiness is asked for, Then it is 200 and says so', async () => {
    await using api = await ApiClient.start({ factory: withDegradedCache() });
    const answer = await api.call('GET', '/readyz');
    expect(answer.status).to.equal(200);
    expect(json(answer)).to.include({ status: 'degraded', durable: true, detail: 'Records are on disk.' });
  });

  it('Given a store that is down, When health is asked for, Then the process is alive and not ready', async () => {
    await using api = await ApiClient.start();
    await api.factory.stop();
    const ready = await api.call('GET', '/readyz');
    expect([ready.status, json(ready)['status']]).to.deep.equal([503, 'down']);
    expect(await api.must('GET', '/livez')).to.deep.equal({ status: 'ok' });
    expect((await api.call('GET', '/api/v1/runs')).status).to.equal(503);
  });
});
