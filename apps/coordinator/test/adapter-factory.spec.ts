import { inspect } from 'node:util';

import {
  AdapterChoiceError,
  AdapterFactory,
  chooseAdapters,
  readSettings,
  type ChosenAdapter,
} from '@test-coordinator/coordinator';
import {
  CacheRepository,
  DataAdapterError,
  ScenariosRepository,
  type AdapterHealth,
  type AdapterLifecycle,
  type HealthStatus,
} from '@test-coordinator/ports';
import { SettingsError } from '@test-coordinator/settings';
import { expect } from 'chai';
import { ContainerModule } from 'inversify';

import { IN_MEMORY } from './coordinator-process.js';
import { scenario } from './records.js';

const STORAGE = { isDurable: true, detail: 'somewhere' };

/** An adapter without ports that writes down what is asked of it. */
function recording(
  name: string,
  calls: string[],
  health: HealthStatus | 'cannot start' = 'up',
): ChosenAdapter {
  const lifecycle: AdapterLifecycle = {
    start: async () => {
      calls.push(`start ${name}`);
      if (health === 'cannot start') throw new DataAdapterError('UNAVAILABLE', `${name} is away`);
    },
    stop: async () => {
      calls.push(`stop ${name}`);
    },
    checkHealth: async (): Promise<AdapterHealth> => ({
      name,
      status: health === 'cannot start' ? 'down' : health,
      latencyMs: 1,
      detail: 'asked',
    }),
    [Symbol.asyncDispose]: () => lifecycle.stop(),
  };
  const key = Symbol(name);
  const module = new ContainerModule(({ bind }) => {
    bind(key).toConstantValue(lifecycle);
  });
  return { name, module, lifecycle: key, role: `role of ${name}`, limits: 'none' };
}

describe('AdapterFactory', () => {
  describe('Given the in-memory adapter', () => {
    it('When a port is asked for twice, by its name or by its token, Then it is the same store', async () => {
      await using factory = AdapterFactory.useStub();
      await factory.start();
      await factory.getScenariosRepository().create(scenario({}) as never);
      expect(factory.getScenariosRepository()).to.equal(factory.get(ScenariosRepository));
      expect(factory.getCacheRepository()).to.equal(factory.get(CacheRepository));
      const { items } = await factory.getScenariosRepository().listAll();
      expect(items).to.have.length(1);
      const inUnit = await factory
        .getUnitOfWork()
        .run(({ scenarios }) => scenarios.getById(items[0]!.scenarioId));
      expect(inUnit).to.deep.equal(items[0]);
    });

    it('When every port is asked for, Then each answers', async () => {
      await using factory = AdapterFactory.useStub();
      await factory.start();
      expect(await factory.getScenariosRepository().listAll()).to.deep.equal({ items: [], nextCursor: null });
      expect(await factory.getTestRunsRepository().find({})).to.deep.equal({ items: [], nextCursor: null });
      expect(await factory.getChaosEventsRepository().find({})).to.deep.equal({
        items: [],
        nextCursor: null,
      });
      expect(await factory.getTestResultsRepository().find({})).to.deep.equal({
        items: [],
        nextCursor: null,
      });
      expect(await factory.getServiceDiscoveryRepository().getServiceCount()).to.equal(0);
      expect(await factory.getCacheRepository().exists('a')).to.equal(false);
      expect(await factory.getUnitOfWork().run(() => Promise.resolve(7))).to.equal(7);
    });

    it('When two factories are built, Then they share nothing', async () => {
      await using one = AdapterFactory.useStub();
      await using other = AdapterFactory.useStub();
      await one.start();
      await other.start();
      await one.getCacheRepository().set('a', 1);
      expect(await other.getCacheRepository().exists('a')).to.equal(false);
    });

    it('When it is not started or is stopped, Then calls are CLOSED and its health says down', async () => {
      const factory = AdapterFactory.useStub();
      const codeOf = (call: Promise<unknown>) =>
        call.then(
          () => 'answered',
          (error: unknown) => (DataAdapterError.is(error) ? error.code : 'other'),
        );
      const repository = factory.getScenariosRepository();
      expect(await codeOf(repository.listAll())).to.equal('CLOSED');
      expect((await factory.checkHealth()).status).to.equal('down');
      await factory.start();
      expect(await codeOf(repository.listAll())).to.equal('answered');
      expect((await factory.checkHealth()).status).to.equal('up');
      await factory.stop();
      await factory.stop();
      expect(await codeOf(repository.listAll())).to.equal('CLOSED');
    });

    it('When a block with `await using` ends, Then it is stopped', async () => {
      let repository: ScenariosRepository;
      {
        await using factory = AdapterFactory.useStub();
        await factory.start();
        repository = factory.getScenariosRepository();
      }
      const error = await repository.listAll().catch((caught: unknown) => caught);
      expect(error).to.include({ code: 'CLOSED' });
    });

    it('When it is asked where records live, Then it says that nothing survives', () => {
      const { storage } = AdapterFactory.useStub();
      expect(storage.isDurable).to.equal(false);
      expect(storage.detail).to.include('memory').and.include('nothing survives');
    });
  });

  describe('Given several adapters', () => {
    it('When they start and stop, Then they do so in order and in reverse', async () => {
      const calls: string[] = [];
      const factory = new AdapterFactory(STORAGE, [recording('a', calls), recording('b', calls)]);
      await factory.start();
      await factory.stop();
      expect(calls).to.deep.equal(['start a', 'start b', 'stop b', 'stop a']);
    });

    it('When one cannot start, Then those before it are stopped and its error is told', async () => {
      const calls: string[] = [];
      const adapters = [recording('a', calls), recording('b', calls, 'cannot start'), recording('c', calls)];
      const error = await new AdapterFactory(STORAGE, adapters).start().catch((caught: unknown) => caught);
      expect(error).to.include({ code: 'UNAVAILABLE' });
      expect(calls).to.not.include('start c');
      expect(calls).to.include('stop a');
    });

    for (const [statuses, worst] of [
      [['up', 'up'], 'up'],
      [['up', 'degraded'], 'degraded'],
      [['down', 'degraded'], 'down'],
    ] as const) {
      it(`When they are ${statuses.join(' and ')}, Then the whole is ${worst}`, async () => {
        const adapters = statuses.map((status, index) => recording(`n${index}`, [], status));
        const health = await new AdapterFactory(STORAGE, adapters).checkHealth();
        expect(health.status).to.equal(worst);
        expect(health.adapters.map(({ status }) => status)).to.deep.equal(statuses);
      });
    }
  });

  it('Given an adapter that the app goes on without, When it is down, Then the whole is degraded', async () => {
    const optional = { ...recording('cache', [], 'down'), isOptional: true };
    const health = await new AdapterFactory(STORAGE, [recording('a', []), optional]).checkHealth();
    expect(health.status).to.equal('degraded');
    expect(health.adapters.map(({ status }) => status)).to.deep.equal(['up', 'down']);
    const both = await new AdapterFactory(STORAGE, [recording('a', [], 'down'), optional]).checkHealth();
    expect(both.status).to.equal('down');
  });

  it('Given an adapter that does not tell its health, When it is asked, Then it is down after the limit', async () => {
    const silent = recording('silent', []);
    const factory = new AdapterFactory(STORAGE, [silent, recording('b', [])], { healthTimeoutMs: 20 });
    factory.findAdapter(silent.lifecycle)!.checkHealth = () => new Promise(() => undefined);
    const { status, adapters } = await factory.checkHealth();
    expect(status).to.equal('down');
    expect(adapters.map(({ name, detail }) => [name, detail])).to.deep.equal([
      ['silent', 'did not answer within 20 ms'],
      ['b', 'asked'],
    ]);
  });

  it('Given a server beneath the adapters, When they are stopped, Then it is let go of last, also when one fails', async () => {
    const calls: string[] = [];
    const server = {
      [Symbol.asyncDispose]: async () => {
        calls.push('leave the server');
      },
    };
    const broken = recording('a', calls);
    const factory = new AdapterFactory({ ...STORAGE, server }, [broken, recording('b', calls)]);
    factory.findAdapter(broken.lifecycle)!.stop = () => Promise.reject(new Error('stuck'));
    const error = await factory.stop().catch((caught: unknown) => caught);
    expect(String(error)).to.include('stuck');
    expect(calls).to.deep.equal(['stop b', 'leave the server']);
  });

  describe('Given settings', () => {
    const settingsOf = (changes: Record<string, string>) => readSettings(changes);

    it('When they ask for memory and for a server, Then neither takes the place of the other', async () => {
      const settings = settingsOf({
        ...IN_MEMORY,
        TEST_COORDINATOR_ADAPTER_POSTGRES_URL: 'postgresql://app:hunter2@h/chaos',
      });
      const error = await chooseAdapters(settings, { environment: {} }).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(AdapterChoiceError);
      expect(String(error)).to.include('POSTGRES_URL').and.not.include('hunter2');
    });

    for (const [url, problem] of [
      ['redis://:hunter2@one,two', 'names several hosts: write redis+sentinel:// or redis+cluster://'],
      ['redis+sentinel://:hunter2@one', 'must name the master: redis+sentinel://host,host/master'],
      ['redis+cluster://:hunter2@one/3', 'names a database, and a cluster has none but 0'],
      ['rediss://:hunter2@one:0', 'has a host that is no name:port'],
    ] as const) {
      it(`When the URL of Redis ${problem}, Then one line says so without the URL`, async () => {
        const settings = settingsOf({ ...IN_MEMORY, TEST_COORDINATOR_ADAPTER_REDIS_URL: url });
        const error = await chooseAdapters(settings, { environment: {} }).catch((caught: unknown) => caught);
        expect(error).to.be.instanceOf(SettingsError);
        const { message } = error as Error;
        expect(message).to.include(`TEST_COORDINATOR_ADAPTER_REDIS_URL ${problem}`);
        expect(message.split('\n')).to.have.length(1);
        expect(inspect(error)).to.not.include('hunter2');
      });
    }

    it('When they set the life of cache entries, Then the adapter has it', async () => {
      const settings = settingsOf({ ...IN_MEMORY, TEST_COORDINATOR_ADAPTER_CACHE_TTL_DEFAULT: '7' });
      const clock = { now: () => new Date(0) };
      await using factory = await chooseAdapters(settings, { clock, environment: {} });
      await factory.start();
      await factory.getCacheRepository().set('a', 1);
      expect(await factory.getCacheRepository().getTtl('a')).to.equal(7);
    });
  });
});
