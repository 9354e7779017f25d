import { inspect } from 'node:util';

import { clientModule, CoordinatorClient, isAccepted, isDegraded } from '@test-coordinator/client';
import { TestRunsRepository, UnitOfWork, type LogFields, type Logger } from '@test-coordinator/ports';
import { expect } from 'chai';
import { Container } from 'inversify';

import { errorOf, openClient } from './opened-client.js';
import { NEW_RUN, page, run, RUN_ID, scenario } from './records.js';
import { json, problem, ScriptedCoordinator } from './scripted-coordinator.js';

const KEY = 'hunter2-must-not-be-printed';

class KeptLog implements Logger {
  readonly lines: string[] = [];
  readonly debug = (fields: LogFields, message: string): void =>
    void this.lines.push(`${JSON.stringify(fields)} ${message}`);
  readonly info = this.debug;
  readonly warn = this.debug;
  readonly error = this.debug;
  isDebugEnabled(): boolean {
    return true;
  }
}

describe('The client', () => {
  describe('Given what goes with a call', () => {
    it('When it is sent, Then key, request id and fence are headers, and an unsound request id is left out', async () => {
      await using coordinator = await ScriptedCoordinator.start(json(run));
      await using client = await openClient(coordinator, { apiKey: KEY });
      await client.ports.testRuns.startRun(RUN_ID, { requestId: 'nightly-7', fence: 12, actor: 'ada' });
      await client.ports.testRuns.startRun(RUN_ID, { requestId: 'a b\r\nc' });
      const [first, second] = coordinator.asked;
      expect(first).to.include({ method: 'POST', url: `/api/v1/runs/${RUN_ID}/start`, body: '' });
      expect(first!.headers).to.include({
        authorization: `Bearer ${KEY}`,
        'x-request-id': 'nightly-7',
        fence: '12',
      });
      expect(second!.headers).to.not.have.any.keys('x-request-id', 'fence');
    });

    it('When the base URL has a path, Then it goes before that of the API', async () => {
      await using coordinator = await ScriptedCoordinator.start(json(page()));
      await using client = await openClient({ url: `${coordinator.url}/chaos/` });
      const filter = { statuses: [], from: new Date(0), text: 'a&b €' } as const;
      await client.ports.scenarios.find(filter, { limit: 5 });
      expect(coordinator.asked[0]!.url).to.equal(
        '/chaos/api/v1/scenarios?statuses=&from=1970-01-01T00%3A00%3A00.000Z&text=a%26b%20%E2%82%AC&limit=5',
      );
    });

    it('When many calls follow each other, Then they share two connections at most', async () => {
      await using coordinator = await ScriptedCoordinator.start(json(page()));
      let connections = 0;
      coordinator.server.on('connection', () => (connections += 1));
      await using client = await openClient(coordinator);
      for (let n = 0; n < 10; n += 1) await client.ports.testRuns.getRecentRuns();
      // A connection rests for a turn of the event loop before it is used again.
      expect(connections).to.be.within(1, 2);
    });
  });

  it('Given an API key, When the client is printed, logs, and fails, Then the key is nowhere', async () => {
    const refusal = problem(401, { code: 'UNAUTHENTICATED', detail: 'The key is not known here.' });
    await using coordinator = await ScriptedCoordinator.start(refusal);
    const logger = new KeptLog();
    const client = await openClient(coordinator, { apiKey: KEY }, { logger });
    const error = await errorOf(client.ports.testRuns.getRecentRuns());
    await coordinator[Symbol.asyncDispose]();
    const lost = await errorOf(client.ports.testRuns.getRecentRuns());
    await client.stop();
    const printed = [client, client.ports, client.reports, error, lost].map((one) =>
      inspect(one, { depth: 12, showHidden: true }),
    );
    expect(logger.lines.join('\n')).to.include('listRuns answered');
    expect(
      `${printed.join('\n')} ${JSON.stringify([client, error, lost])} ${logger.lines.join('\n')}`,
    ).to.not.include(KEY);
  });

  describe('Given a coordinator whose store is away', () => {
    const degraded = { freshness: 'degraded' };

    it('When it answers with what it knows, Then the answer says so, and so is the caller told', async () => {
      await using coordinator = await ScriptedCoordinator.start(
        json(page(run), 200, degraded),
        json(run, 202, degraded),
        json(page(run)),
      );
      const told: string[] = [];
      const onDegraded = (operation: string) => void told.push(operation);
      await using client = await openClient(coordinator, {}, { onDegraded });
      const { testRuns } = client.ports;
      const [known, accepted, fresh] = [
        await testRuns.getRecentRuns(),
        await testRuns.create(NEW_RUN),
        await testRuns.getRecentRuns(),
      ];
      expect([known, accepted, fresh].map(isDegraded)).to.deep.equal([true, true, false]);
      expect([known, accepted, fresh].map(isAccepted)).to.deep.equal([false, true, false]);
      expect(told).to.deep.equal(['listRuns', 'createRun']);
      expect(known).to.deep.equal(fresh);
    });
  });

  it('Given a coordinator that says more than is known here, When a record comes, Then the rest is left out, and all of it is frozen', async () => {
    await using coordinator = await ScriptedCoordinator.start(json({ ...scenario, newField: { a: 1 } }));
    await using client = await openClient(coordinator);
    const read = (await client.ports.scenarios.getById('restart-engine'))!;
    expect(read).to.not.have.property('newField');
    expect(Object.isFrozen((read.configuration['retries'] as readonly unknown[])[1])).to.equal(true);
    expect(() => read.createdAt.setTime(0)).to.throw(TypeError);
  });

  describe('Given settings that are none', () => {
    const bad = {
      baseUrl: [
        '',
        'ftp://chaos',
        '127.0.0.1:8084',
        `http://ada:${KEY}@chaos`,
        'http://chaos/?a=1',
        undefined,
      ],
      apiKey: ['', `${KEY} x`, `${KEY}\n`, 7],
      timeoutMs: [0, 1.5, Number.NaN, '5'],
      retries: [-1, 11],
      maxConnections: [0],
      cacheNamespace: ['', 'a:b', '*'],
    };
    for (const [name, values] of Object.entries(bad)) {
      it(`When ${name} is wrong, Then the module and the client are refused, by its name and without its value`, () => {
        for (const value of values) {
          const settings = { baseUrl: 'http://chaos', [name]: value as never };
          const build = [() => clientModule(settings), () => new CoordinatorClient({ settings })];
          for (const make of build)
            expect(make).to.throw(name).with.property('message').that.does.not.include(KEY);
        }
      });
    }
  });

  it('Given a container, When the module is loaded, Then it has the ports of one client with its ids, and no unit of work', async () => {
    await using coordinator = await ScriptedCoordinator.start(json(run, 201));
    const container = new Container();
    container.load(clientModule({ baseUrl: coordinator.url }));
    const client = container.get(CoordinatorClient);
    await client.start();
    const testRuns = container.get<TestRunsRepository>(TestRunsRepository);
    expect(testRuns).to.equal(client.ports.testRuns);
    expect(await testRuns.create(NEW_RUN)).to.include({ runId: RUN_ID });
    expect(() => container.get(UnitOfWork)).to.throw();
    await client.stop();
    expect((await errorOf(testRuns.create(NEW_RUN))).code).to.equal('CLOSED');
  });
});
