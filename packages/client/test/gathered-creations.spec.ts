import type { NewTestResult } from '@test-coordinator/domain';
import { isAccepted, isDegraded } from '@test-coordinator/client';
import { expect } from 'chai';

import { errorOf, openClient } from './opened-client.js';
import { RUN_ID } from './records.js';
import { json, lost, problem, ScriptedCoordinator } from './scripted-coordinator.js';

const AT = '2026-01-15T10:20:30.123Z';
const BULK = '/api/v1/results/bulk';
const NAMES = ['first', 'second', 'third', 'fourth'];

type Script = ScriptedCoordinator['script'][number];

/** One of several results of a run. */
function named(name: string): NewTestResult {
  return {
    runId: RUN_ID,
    name,
    assertionType: 'latency',
    expectedValue: '< 5 ms',
    actualValue: '4 ms',
    status: 'passed',
    verificationTime: new Date(AT),
  };
}

/** Records what is sent, as a coordinator does. */
const recorded: Script = (response, asked, request) => {
  json(answerTo(asked.body), 201)(response, asked, request);
};

/** As `recorded`, by the spool of a coordinator whose store is away. */
const accepted: Script = (response, asked, request) => {
  json(answerTo(asked.body), 202, { freshness: 'degraded' })(response, asked, request);
};

function answerTo(body: string): object {
  const given = JSON.parse(body) as { readonly results?: readonly { readonly resultId: string }[] };
  const minimal = given.results?.map(({ resultId }) => ({ resultId, createdAt: AT }));
  return minimal === undefined ? { attempt: 1, flaky: false, ...given, createdAt: AT } : { items: minimal };
}

/** One result is recorded alone, and meanwhile the others are created. */
async function createAll(client: Awaited<ReturnType<typeof openClient>>, names = NAMES) {
  return Promise.allSettled(names.map((name) => client.ports.testResults.create(named(name))));
}

describe('Creations of results over HTTP, many at once', () => {
  it('Given one that is under way, When others are created, Then they go together, and each is answered with its own record', async () => {
    await using coordinator = await ScriptedCoordinator.start(recorded);
    await using client = await openClient(coordinator);
    const settled = await createAll(client);
    const names = settled.map((one) => one.status === 'fulfilled' && one.value.name);
    expect(names).to.deep.equal(NAMES);
    for (const one of settled)
      expect(one)
        .to.have.property('value')
        .that.is.frozen.and.deep.includes({ createdAt: new Date(AT), attempt: 1 });
    const asked = coordinator.asked.map(({ url, headers }) => [url, headers['prefer']]);
    expect(asked).to.have.deep.members([
      ['/api/v1/results', undefined],
      [BULK, 'return=minimal'],
    ]);
  });

  it('Given results that are large, When they are created together, Then no request is larger than a coordinator takes', async () => {
    await using coordinator = await ScriptedCoordinator.start(recorded);
    await using client = await openClient(coordinator);
    const given = { ...named('large'), expectedValue: 'x'.repeat(60_000), actualValue: 'y'.repeat(60_000) };
    await Promise.all(Array.from({ length: 20 }, () => client.ports.testResults.create(given)));
    const sizes = coordinator.asked.map(({ body }) => body.length);
    expect(Math.max(...sizes)).to.be.within(200_000, 300_000);
  });

  it('Given options of its own, When a result is created beside others, Then it goes alone', async () => {
    await using coordinator = await ScriptedCoordinator.start(recorded);
    await using client = await openClient(coordinator);
    const { testResults } = client.ports;
    await Promise.all(NAMES.map((name) => testResults.create(named(name), { requestId: name })));
    expect(coordinator.asked.map(({ headers }) => headers['x-request-id'])).to.have.members(NAMES);
  });

  it('Given one among them that is refused, When they were sent together, Then the others are recorded all the same', async () => {
    const gone = 'the run of third is gone';
    const refusing: Script = (response, asked, request) => {
      const answer = asked.body.includes('third')
        ? problem(422, { code: 'REFERENCE_VIOLATION', detail: gone })
        : recorded;
      answer(response, asked, request);
    };
    await using coordinator = await ScriptedCoordinator.start(refusing);
    await using client = await openClient(coordinator);
    const settled = await createAll(client);
    expect(settled.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(settled[2]).to.have.property('reason').that.includes({ message: gone });
    expect(coordinator.asked.filter(({ url }) => url === BULK)).to.have.length(1);
  });

  it('Given a connection that is lost, When they were sent together, Then the outcome of each is unknown, and each error names its record', async () => {
    const losing: Script = (response, asked, request) =>
      (asked.url === BULK ? lost : recorded)(response, asked, request);
    await using coordinator = await ScriptedCoordinator.start(losing);
    await using client = await openClient(coordinator, { retries: 0 });
    const { testResults } = client.ports;
    const [first, ...others] = NAMES.map((name) => testResults.create(named(name)));
    const errors = await Promise.all(others.map((other) => errorOf(other)));
    await first;
    const { body } = coordinator.asked.find(({ url }) => url === BULK)!;
    const sent = JSON.parse(body) as { readonly results: readonly { readonly resultId: string }[] };
    expect(errors.map(({ code, entity, id }) => [code, entity, id])).to.deep.equal(
      sent.results.map(({ resultId }) => ['UNKNOWN_OUTCOME', 'result', resultId]),
    );
  });

  it('Given a store that is away, When they are accepted together, Then each says so', async () => {
    await using coordinator = await ScriptedCoordinator.start(accepted);
    await using client = await openClient(coordinator);
    for (const one of await createAll(client)) {
      if (one.status === 'rejected') throw one.reason;
      expect([isAccepted(one.value), isDegraded(one.value)]).to.deep.equal([true, true]);
    }
  });

  it('Given an answer with other records than were sent, When it comes, Then it is INTERNAL', async () => {
    for (const items of [[], [{ resultId: RUN_ID, createdAt: AT }]]) {
      await using coordinator = await ScriptedCoordinator.start(json({ items }, 201));
      await using client = await openClient(coordinator);
      expect((await errorOf(client.ports.testResults.bulkCreate([named('first')]))).code).to.equal(
        'INTERNAL',
      );
    }
  });

  it('Given some that wait for their turn, When the client is stopped, Then they are recorded', async () => {
    await using coordinator = await ScriptedCoordinator.start(recorded);
    const client = await openClient(coordinator);
    const creations = createAll(client);
    await client.stop();
    expect((await creations).map(({ status }) => status)).to.deep.equal(NAMES.map(() => 'fulfilled'));
  });
});
