import { inspect } from 'node:util';
import { PostgresAdapter, postgresModule } from '@test-coordinator/adapter-postgres';
import { ManualClock, SequentialIds, fixtures } from '@test-coordinator/contract-tests';
import {
  ChaosEventsRepository,
  Clock,
  DataAdapterError,
  IdGenerator,
  ScenariosRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
} from '@test-coordinator/ports';
import { expect } from 'chai';
import { Container } from 'inversify';

import { refusalOf, startedAdapter } from './fault-worlds.js';
import { sharedServer } from './test-databases.js';

describe('The module for a container', () => {
  it('When it is loaded, Then every port belongs to one adapter, with the clock and ids of the container', async () => {
    const container = new Container();
    const clock = new ManualClock();
    container.bind<Clock>(Clock).toConstantValue(clock);
    container.bind<IdGenerator>(IdGenerator).toConstantValue(new SequentialIds());
    container.load(postgresModule({ url: await sharedServer.migratedDatabase() }));
    const adapter = container.get(PostgresAdapter);
    for (const [token, port] of [
      [ScenariosRepository, adapter.ports.scenarios],
      [TestRunsRepository, adapter.ports.testRuns],
      [ChaosEventsRepository, adapter.ports.chaosEvents],
      [TestResultsRepository, adapter.ports.testResults],
      [UnitOfWork, adapter.ports.unitOfWork],
    ] as const) {
      expect(container.get<unknown>(token)).to.equal(port);
    }
    await adapter.start();
    const scenario = await container
      .get<ScenariosRepository>(ScenariosRepository)
      .create(fixtures.scenario());
    expect(scenario.createdAt.getTime()).to.equal(clock.now().getTime());
    await adapter.stop();
  });
});

describe('What the adapter says of itself', () => {
  const password = 'hunter2-must-not-be-printed';

  it('When the settings are wrong, Then each is refused without what was given', async () => {
    for (const settings of [
      { url: `mysql://u:${password}@h/d` },
      { url: `postgres://u:${password}@h:99999/d` },
      { url: `postgres://u:${password}@h/d?sslmode=${password}` },
      { url: 'postgres://h/d', schema: `x"; DROP` },
      { url: 'postgres://h/d', poolSize: 0 },
    ]) {
      const adapter = (): Promise<unknown> => startedAdapter(settings.url, settings);
      const error = await adapter().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(DataAdapterError.is(error) && error.code).to.equal('INVALID_ARGUMENT');
      expect(inspect(error, { depth: 9 })).not.to.include(password);
    }
  });

  it('When it cannot log in, Then neither the error nor the adapter shows the password', async () => {
    const url = new URL(await sharedServer.emptyDatabase());
    url.pathname = '/not_there';
    url.password = password;
    const error = await startedAdapter(url.href).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(DataAdapterError.is(error) && error.code).to.equal('UNAVAILABLE');
    expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).not.to.include(password);
  });

  it('When it runs, Then inspecting it shows no password', async () => {
    const url = new URL(await sharedServer.migratedDatabase());
    url.password = password;
    const adapter = await startedAdapter(url.href);
    expect(inspect(adapter, { depth: 12, showHidden: false })).not.to.include(password);
    expect(await adapter.checkHealth()).to.include({ name: 'postgres', status: 'up' });
    await adapter.stop();
    expect((await adapter.checkHealth()).status).to.equal('down');
    expect(await refusalOf(adapter.ports.testRuns.getRecentRuns())).to.equal('CLOSED');
  });

  it('When a number in JSON is too large or a document too deep, Then it is refused before anything is sent (B26)', async () => {
    const adapter = await startedAdapter(await sharedServer.migratedDatabase());
    const bomb = JSON.parse('{"n":1e131000}') as { n: number };
    const deep = JSON.parse(`${'{"a":'.repeat(101)}1${'}'.repeat(101)}`) as { a: number };
    for (const configuration of [bomb, deep]) {
      expect(await refusalOf(adapter.ports.scenarios.create(fixtures.scenario({ configuration })))).to.equal(
        'INVALID_ARGUMENT',
      );
    }
    expect((await adapter.ports.scenarios.listAll()).items).to.deep.equal([]);
    await adapter.stop();
  });
});
