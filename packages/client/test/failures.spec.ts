import { createCoordinatorClient } from '@test-coordinator/client';
import { expect } from 'chai';

import { errorOf, openClient } from './opened-client.js';
import { NEW_RUN, page, run, RUN_ID, scenario } from './records.js';
import { json, lost, problem, ScriptedCoordinator, silent } from './scripted-coordinator.js';

const NEVER_SENT = 'UNKNOWN_OUTCOME, TIMEOUT, 1 sent';

describe('Calls of the client that fail', () => {
  describe('Given a connection that is lost before the answer', () => {
    it('When it was a read, Then it is sent again, and answered', async () => {
      await using coordinator = await ScriptedCoordinator.start(lost, lost, json(page(run)));
      await using client = await openClient(coordinator);
      expect((await client.ports.testRuns.getRecentRuns()).items).to.have.length(1);
      expect(coordinator.asked).to.have.length(3);
    });

    it('When a record was made without an id, Then it is sent again with the same one', async () => {
      await using coordinator = await ScriptedCoordinator.start(lost, json(run, 201));
      await using client = await openClient(coordinator);
      await client.ports.testRuns.create(NEW_RUN);
      const [first, second] = coordinator.asked.map(({ body }) => JSON.parse(body) as { runId: string });
      expect(second).to.deep.equal(first);
      expect(first!.runId).to.match(/^[\da-f]{8}-[\da-f]{4}-7/);
    });

    it('When it is lost as often as it is sent, Then the outcome is unknown, and the error names the record', async () => {
      await using coordinator = await ScriptedCoordinator.start(lost);
      await using client = await openClient(coordinator, { retries: 1 }, { ids: { next: () => RUN_ID } });
      const error = await errorOf(client.ports.testRuns.create(NEW_RUN));
      expect(error).to.include({ code: 'UNKNOWN_OUTCOME', retryable: true, entity: 'run', id: RUN_ID });
      expect(coordinator.asked).to.have.length(2);
    });

    it('When twice would not be as once, Then it is sent once, and the outcome is unknown', async () => {
      await using coordinator = await ScriptedCoordinator.start(lost);
      await using client = await openClient(coordinator);
      const { testRuns, cache, activeRuns } = client.ports;
      const calls = [
        () => testRuns.startRun(RUN_ID),
        () => testRuns.delete(RUN_ID),
        () => cache.increment('count'),
        () => activeRuns.publish(RUN_ID, { phase: 'injecting' }),
      ];
      for (const call of calls) expect((await errorOf(call())).code).to.equal('UNKNOWN_OUTCOME');
      expect(coordinator.asked).to.have.length(calls.length);
    });

    it('When it was a read that never gets through, Then it is UNAVAILABLE', async () => {
      await using coordinator = await ScriptedCoordinator.start(lost);
      await using client = await openClient(coordinator, { retries: 0 });
      expect((await errorOf(client.ports.testRuns.getById(RUN_ID))).code).to.equal('UNAVAILABLE');
    });

    it('When the answer breaks off, Then it is no answer', async () => {
      await using coordinator = await ScriptedCoordinator.start((response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"items":[', () => response.socket!.destroy());
      });
      await using client = await openClient(coordinator, { retries: 0 });
      expect((await errorOf(client.ports.testRuns.getRecentRuns())).code).to.equal('UNAVAILABLE');
    });
  });

  describe('Given a coordinator that says nothing', () => {
    it('When a read takes too long, Then it is TIMEOUT, and of a write the outcome is unknown', async () => {
      await using coordinator = await ScriptedCoordinator.start(silent);
      await using client = await openClient(coordinator, { timeoutMs: 100 });
      expect((await errorOf(client.ports.testRuns.getById(RUN_ID))).code).to.equal('TIMEOUT');
      expect((await errorOf(client.ports.testRuns.startRun(RUN_ID))).code).to.equal('UNKNOWN_OUTCOME');
      expect(coordinator.asked).to.have.length(2);
    });

    it('When there is no connection left for a write, Then nothing of it was sent, and it is TIMEOUT', async () => {
      const outcomes: string[] = [];
      // A machine that stops between the two deadlines lets the second one have the connection of the first: tried again.
      for (let attempt = 1; attempt <= 5 && !outcomes.includes(NEVER_SENT); attempt += 1) {
        await using coordinator = await ScriptedCoordinator.start(silent);
        await using client = await openClient(coordinator, { timeoutMs: 300, maxConnections: 1 });
        const { testRuns } = client.ports;
        const [first, second] = await Promise.all([
          errorOf(testRuns.startRun(RUN_ID)),
          errorOf(testRuns.startRun(RUN_ID)),
        ]);
        outcomes.push(`${first.code}, ${second.code}, ${coordinator.asked.length} sent`);
      }
      expect(outcomes).to.include(NEVER_SENT);
    });

    it('When the caller goes away, Then the call rejects with the reason, and the coordinator learns of it', async () => {
      const caller = new AbortController();
      let goneAt: Promise<void> | undefined;
      await using coordinator = await ScriptedCoordinator.start((response) => {
        goneAt = new Promise((resolve) => response.on('close', resolve));
        caller.abort(new Error('went away'));
      });
      await using client = await openClient(coordinator);
      const call = client.ports.testRuns.getById(RUN_ID, { signal: caller.signal });
      const [settled] = await Promise.allSettled([call]);
      expect(settled).to.have.nested.property('reason.message', 'went away');
      await goneAt;
    });
  });

  describe('Given nobody on the port', () => {
    it('When anything is called, Then it is UNAVAILABLE, for nothing was sent', async () => {
      const coordinator = await ScriptedCoordinator.start(json(run));
      await using client = await openClient(coordinator, { retries: 1 });
      await coordinator[Symbol.asyncDispose]();
      // The first call may meet a connection whose end has not been noticed.
      for (const call of [
        () => client.ports.testRuns.getById(RUN_ID),
        () => client.ports.testRuns.startRun(RUN_ID),
      ])
        expect((await errorOf(call())).code).to.equal('UNAVAILABLE');
      expect(await client.checkHealth()).to.deep.include({ name: 'coordinator', status: 'down' });
    });

    it('When a client is started, Then it is UNAVAILABLE, and it can be started once there is a coordinator', async () => {
      const gone = await ScriptedCoordinator.start(json(run));
      const { url } = gone;
      await gone[Symbol.asyncDispose]();
      await using client = createCoordinatorClient({ settings: { baseUrl: url, retries: 0 } });
      expect((await errorOf(client.start())).code).to.equal('UNAVAILABLE');
      expect((await errorOf(client.ports.testRuns.getById(RUN_ID))).code).to.equal('CLOSED');
    });
  });

  describe('Given an answer that no coordinator gives', () => {
    const answers = {
      'is no JSON': [json(undefined), 'INTERNAL'],
      'is the page of a proxy': [json('<html>', 200, { 'content-type': 'text/html' }), 'INTERNAL'],
      'lacks a field': [json(page({ ...run, status: undefined })), 'INTERNAL'],
      'has a time that is none': [json(page({ ...run, createdAt: 'yesterday' })), 'INTERNAL'],
      'has a number for a text': [json(page({ ...run, scenarioId: 7 })), 'INTERNAL'],
      'is a list': [json([run]), 'INTERNAL'],
      'is a 404 without a record': [problem(404, { code: 'NOT_FOUND', detail: 'no such route' }), 'INTERNAL'],
      'is a code that is not known': [problem(409, { code: 'NEW_CODE', detail: 'new' }), 'INTERNAL'],
      'is a refusal without a problem': [json({}, 400), 'INTERNAL'],
      'is a bad gateway': [json({}, 502), 'UNAVAILABLE'],
      'is a gateway that waited': [json({}, 504), 'TIMEOUT'],
      'is a limit of a proxy': [json({}, 429), 'CAPACITY'],
    } as const;
    for (const [what, [answer, code]] of Object.entries(answers)) {
      it(`When it ${what}, Then it is ${code}`, async () => {
        await using coordinator = await ScriptedCoordinator.start(answer);
        await using client = await openClient(coordinator);
        const error = await errorOf(client.ports.testRuns.getRecentRuns());
        expect(error.code).to.equal(code);
        expect(error.message).to.include('listRuns');
        expect(coordinator.asked, 'what is answered is not asked again').to.have.length(1);
      });
    }

    it('When a proxy answers for a coordinator that may have stored a record, Then the outcome is unknown', async () => {
      await using coordinator = await ScriptedCoordinator.start(json({}, 502));
      await using client = await openClient(coordinator);
      const error = await errorOf(client.ports.scenarios.updateStatus(scenario.scenarioId, 'active'));
      expect(error).to.include({ code: 'UNKNOWN_OUTCOME', id: scenario.scenarioId });
    });
  });

  it('Given a problem, When it comes, Then the error has all that it says', async () => {
    const told = {
      code: 'STALE_FENCE',
      detail: 'run x: an older fence',
      entity: 'run',
      id: RUN_ID,
      details: { fence: 7 },
      problems: [{ path: 'fence', problem: 'is old' }],
    };
    await using coordinator = await ScriptedCoordinator.start(problem(409, told));
    await using client = await openClient(coordinator);
    const error = await errorOf(client.ports.testRuns.startRun(RUN_ID, { fence: 6 }));
    expect(error.toJSON()).to.deep.equal({
      code: 'STALE_FENCE',
      retryable: false,
      message: told.detail,
      entity: 'run',
      id: RUN_ID,
      details: { fence: 7, problems: told.problems },
    });
  });
});
