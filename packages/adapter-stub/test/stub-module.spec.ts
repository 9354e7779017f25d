import { expect } from 'chai';
import { StubAdapter, stubModule } from '@test-coordinator/adapter-stub';
import { fixtures, ManualClock } from '@test-coordinator/contract-tests';
import {
  ActiveRuns,
  CacheRepository,
  ChaosEventsRepository,
  Clock,
  ExecutionLocks,
  ScenariosRepository,
  ServiceDiscoveryRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
} from '@test-coordinator/ports';
import { Container } from 'inversify';

describe('Given a container with the module of the in-memory adapter', () => {
  const tokens = {
    ScenariosRepository,
    TestRunsRepository,
    ChaosEventsRepository,
    TestResultsRepository,
    ServiceDiscoveryRepository,
    CacheRepository,
    ExecutionLocks,
    ActiveRuns,
    UnitOfWork,
  };
  for (const [name, token] of Object.entries(tokens)) {
    it(`When ${name} is asked for twice, Then both are the port of the one adapter`, () => {
      const container = new Container();
      container.load(stubModule());
      const ports = Object.values(container.get(StubAdapter).ports) as unknown[];

      const port = container.get<unknown>(token);

      expect(ports).to.include(port);
      expect(container.get<unknown>(token)).to.equal(port);
    });
  }

  it('When it is told which ports to bind, Then it binds those and leaves the others to another adapter', () => {
    const container = new Container();
    container.load(stubModule({}, [CacheRepository, ServiceDiscoveryRepository]));

    const bound = Object.entries(tokens).filter(([, token]) => container.isBound(token));

    expect(bound.map(([name]) => name)).to.deep.equal(['ServiceDiscoveryRepository', 'CacheRepository']);
    expect(container.get(StubAdapter).ports.cache).to.equal(container.get<unknown>(CacheRepository));
  });

  it('When a record is written through one port, Then the others and the unit of work see it', async () => {
    const container = new Container();
    container.load(stubModule());
    await container.get(StubAdapter).start();
    const { scenarioId } = await container
      .get<ScenariosRepository>(ScenariosRepository)
      .create(fixtures.scenario());

    await container.get<TestRunsRepository>(TestRunsRepository).create(fixtures.testRun());
    const unit = container.get<UnitOfWork>(UnitOfWork);
    const seen = await unit.run(({ testRuns }) => testRuns.getByScenario(scenarioId));

    expect(seen.items).to.have.length(1);
  });

  it('When the container has a clock, Then the adapter takes it', async () => {
    const clock = new ManualClock();
    const container = new Container();
    container.bind(Clock).toConstantValue(clock);
    container.load(stubModule({ defaultTtlSeconds: 5 }));
    await container.get(StubAdapter).start();
    const cache = container.get<CacheRepository>(CacheRepository);
    await cache.set('key', 1);

    clock.advance(4_999);
    expect(await cache.getTtl('key')).to.equal(0.001);
    clock.advance(1);
    expect(await cache.getTtl('key')).to.equal(undefined);
  });

  it('When two containers load it, Then each has a store of its own', async () => {
    const [first, second] = await Promise.all(
      [new Container(), new Container()].map(async (container) => {
        container.load(stubModule());
        await container.get(StubAdapter).start();
        return container.get<CacheRepository>(CacheRepository);
      }),
    );

    await first!.set('key', 1);

    expect(await second!.exists('key')).to.equal(false);
  });
});
