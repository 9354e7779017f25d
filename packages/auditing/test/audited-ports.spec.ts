import { AUDITED_METHODS, type AuditTrail } from '@test-coordinator/auditing';
import { createStubAdapter } from '@test-coordinator/adapter-stub';
import {
  ManualClock,
  fixtures,
  portCalls,
  prepareEverything,
  readEverything,
  type PortName,
  type Ports,
} from '@test-coordinator/contract-tests';
import { verifyChain, type AuditEntry } from '@test-coordinator/domain';
import { DataAdapterError, type AuditLog, type CallOptions } from '@test-coordinator/ports';
import { expect } from 'chai';

import { CHAIN, auditedPorts, entriesOf, trailOf } from './audited-world.js';

/** Changes that are volatile or come by the second, as the documentation tells. */
const NOT_AUDITED = [
  'serviceDiscovery.updateHeartbeat',
  'cache.set',
  'cache.setJson',
  'cache.setMany',
  'cache.delete',
  'cache.deleteMany',
  'cache.expire',
  'cache.increment',
  'cache.decrement',
  'activeRuns.publish',
  'activeRuns.clear',
  // The log itself.
  'auditLog.append',
];
const WHO: CallOptions = { actor: 'key:ada', requestId: 'r-7' };

interface World {
  readonly plain: Ports;
  readonly ports: Ports;
  readonly trail: AuditTrail;
  readonly entries: () => Promise<readonly AuditEntry[]>;
}

async function inWorld(
  body: (world: World) => Promise<void>,
  logOf: (log: AuditLog) => AuditLog = (log) => log,
): Promise<void> {
  const clock = new ManualClock();
  const adapter = createStubAdapter({ clock });
  await adapter.start();
  const plain = adapter.ports;
  const trail = trailOf({ log: logOf(plain.auditLog), clock });
  const ports = auditedPorts(plain, trail);
  try {
    await body({ plain, ports, trail, entries: () => entriesOf(plain, trail) });
  } finally {
    await trail.close();
    await adapter.stop();
  }
}

function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'answered',
    (error: unknown) => error,
  );
}

describe('The audited ports', () => {
  for (const [port, calls] of Object.entries(portCalls)) {
    for (const [method, call] of Object.entries(calls) as [
      string,
      (target: unknown, options?: CallOptions) => Promise<unknown>,
    ][]) {
      const name = `${port}.${method}`;
      const isAudited = AUDITED_METHODS.includes(name);
      const title = isAudited ? 'Then an attempt and its outcome tell who did it' : 'Then nothing is told';
      it(`Given a store with everything, When ${name} is called, ${title}`, async () => {
        await inWorld(async ({ plain, ports, entries }) => {
          await prepareEverything(plain);
          const before = JSON.stringify(await readEverything(plain));
          await call(ports[port as PortName], WHO);
          const isChanged = JSON.stringify(await readEverything(plain)) !== before;
          if (isChanged)
            expect(
              [...AUDITED_METHODS, ...NOT_AUDITED],
              'a new change: give it a rule, or say why it has none',
            ).to.include(name);
          const told = (await entries()).filter(({ chain }) => chain === CHAIN && name !== 'auditLog.append');
          if (!isAudited) {
            expect(told.filter(({ actor }) => actor === WHO.actor)).to.deep.equal([]);
            return;
          }
          const [attempt, outcome] = told;
          expect(attempt).to.include({ phase: 'attempted', action: name, ...WHO });
          expect(outcome).to.include({ phase: 'outcome', action: name, result: 'done', ...WHO });
          expect(outcome!.attempt).to.equal(attempt!.sequence);
        });
      });
    }
  }

  it('Given a scenario, When it is changed, Then the image before and what was given are told, and its version', async () => {
    await inWorld(async ({ plain, ports, entries }) => {
      await plain.scenarios.create(fixtures.fullScenario());
      await ports.scenarios.update('restart-engine', 1, { name: 'Other' }, WHO);
      const [attempt, outcome] = await entries();
      expect(attempt).to.include({ entity: 'scenario', id: 'restart-engine' });
      expect(attempt!.before).to.include({ name: 'Restart the engine', version: 1 });
      expect(attempt!.after).to.deep.equal({ name: 'Other', version: 1 });
      expect(outcome).to.include({ version: 2, id: 'restart-engine' });
    });
  });

  it('Given a run without an id, When it is created, Then the outcome tells the id that was minted', async () => {
    await inWorld(async ({ ports, plain, entries }) => {
      await plain.scenarios.create(fixtures.scenario());
      const { runId } = await ports.testRuns.create({ scenarioId: 'restart-engine' }, WHO);
      expect((await entries()).map((entry) => entry.runId)).to.deep.equal([undefined, runId]);
    });
  });

  it('Given a change that is refused, When it is made, Then the outcome has the code', async () => {
    await inWorld(async ({ ports, entries }) => {
      expect(await refusal(ports.testRuns.startRun(fixtures.id(1), WHO))).to.include({ code: 'NOT_FOUND' });
      expect(await refusal(ports.scenarios.create({ name: 7 } as never))).to.include({
        code: 'INVALID_ARGUMENT',
      });
      expect((await entries()).map(({ result, code }) => `${result ?? '-'} ${code ?? '-'}`)).to.deep.equal([
        '- -',
        'refused NOT_FOUND',
        '- -',
        'refused INVALID_ARGUMENT',
      ]);
    });
  });

  it('Given secrets and hostile texts in what is given, When it is recorded, Then none of it reaches the log', async () => {
    await inWorld(async ({ ports, plain, entries }) => {
      await ports.scenarios.create(
        fixtures.scenario({
          configuration: {
            password: 'hunter2',
            nested: [{ api_key: 'hunter2', url: 'postgres://ada:hunter2@host/db' }],
          },
        }),
      );
      await refusal(ports.scenarios.create(fixtures.scenario({ name: 'nul\0 and \ud800' })));
      const told = JSON.stringify(await entries());
      expect(told).not.to.include('hunter2');
      expect(told).to.include('***').and.to.include('nul\ufffd and \ufffd');
      expect(JSON.stringify(await plain.scenarios.listAll()), 'what is stored').to.include('hunter2');
    });
  });

  it('Given a large document, When it is recorded, Then its size and its hash are told', async () => {
    await inWorld(async ({ ports, entries }) => {
      await ports.scenarios.create(fixtures.scenario({ configuration: { text: 'x'.repeat(20_000) } }));
      const [attempt] = await entries();
      expect(Object.keys(attempt!.after!)).to.have.members(['characters', 'sha256']);
    });
  });

  it('Given many results, When they are recorded in one call, Then one entry tells count, first, last and digest', async () => {
    await inWorld(async ({ plain, ports, entries }) => {
      await plain.scenarios.create(fixtures.scenario());
      await plain.testRuns.create(fixtures.testRun());
      const results = [1, 2, 3].map((n) => fixtures.testResult({ resultId: fixtures.id(n) }));
      await ports.testResults.bulkCreate(results);
      await ports.testResults.importAll([4, 5].map((n) => fixtures.testResult({ resultId: fixtures.id(n) })));
      const [bulk, bulkEnd, load, loadEnd] = await entries();
      expect(bulk!.after).to.include({ count: 3 }).and.to.have.property('sha256');
      expect(bulkEnd!.after).to.deep.equal({ count: 3, first: fixtures.id(1), last: fixtures.id(3) });
      expect(load).to.include({ action: 'testResults.importAll' });
      expect(loadEnd!.after)
        .to.include({ recorded: 2, results: 2, first: fixtures.id(4), last: fixtures.id(5) })
        .and.to.have.property('sha256');
    });
  });

  it('Given a unit of work, When it writes, Then one outcome counts its writes', async () => {
    await inWorld(async ({ ports, entries }) => {
      await ports.unitOfWork.run(async ({ scenarios, testRuns }) => {
        await scenarios.create(fixtures.scenario());
        await testRuns.create(fixtures.testRun());
        await testRuns.startRun(fixtures.id(1));
      }, WHO);
      const told = await entries();
      expect(told).to.have.length(2);
      expect(told[1]!.after).to.include({
        'scenarios.create': 1,
        'testRuns.create': 1,
        'testRuns.startRun': 1,
        first: 'restart-engine',
        last: fixtures.id(1),
      });
    });
  });

  it('Given a lease, When it is released, twice, Then that is told once, by who took it', async () => {
    await inWorld(async ({ ports, entries }) => {
      const lease = await ports.executionLocks.acquire('a', { owner: 'ada', ttlMs: 60_000, ...WHO });
      expect(lease.signal.aborted).to.equal(false);
      expect([await lease.release(), await lease.release()]).to.deep.equal([true, true]);
      const releases = (await entries()).filter(({ action }) => action === 'executionLocks.release');
      expect(releases.map(({ phase, actor }) => `${phase} ${actor}`)).to.deep.equal([
        'attempted key:ada',
        'outcome key:ada',
      ]);
    });
  });

  it('Given a log that takes nothing, When a change is asked for, Then it is UNAVAILABLE and nothing is changed', async () => {
    const away = new DataAdapterError('UNKNOWN_OUTCOME', 'the log is away');
    let isAway = true;
    await inWorld(
      async ({ plain, ports, trail, entries }) => {
        expect(await refusal(ports.scenarios.create(fixtures.scenario()))).to.include({
          code: 'UNAVAILABLE',
        });
        expect((await plain.scenarios.listAll()).items).to.deep.equal([]);
        isAway = false;
        await ports.scenarios.create(fixtures.scenario());
        const told = await entries();
        expect(
          told.map(({ phase, attempt, result }) => `${phase} ${attempt ?? ''} ${result ?? ''}`),
        ).to.deep.equal(['attempted  ', 'outcome 1 refused', 'attempted  ', 'outcome 3 done']);
        expect(verifyChain(CHAIN, await plain.auditLog.readChain(CHAIN))).to.deep.include({ unfinished: [] });
        expect(trail.head.sequence).to.equal(4);
      },
      (log) => ({
        append: (given, options) => (isAway ? Promise.reject(away) : log.append(given, options)),
        find: (filter, page, options) => log.find(filter, page, options),
        listChains: (page, options) => log.listChains(page, options),
        readChain: (chain, range, options) => log.readChain(chain, range, options),
      }),
    );
  });

  it('Given 64 callers at once, When they change something, Then a few appends carry all, and the chain is the one that was reckoned', async () => {
    let appends = 0;
    await inWorld(
      async ({ plain, ports, trail }) => {
        const callers = Array.from({ length: 64 }, (_, n) =>
          ports.scenarios.create(fixtures.scenario({ scenarioId: `s-${n}` })),
        );
        await Promise.all(callers);
        await trail.flush();
        expect(appends).to.be.within(2, 8);
        const links = await plain.auditLog.readChain(CHAIN);
        expect(links).to.have.length(128);
        expect(trail.head).to.deep.equal({
          chain: CHAIN,
          sequence: 128,
          count: 128,
          hash: links.at(-1)!.hash,
        });
        expect(verifyChain(CHAIN, links))
          .to.deep.include({ unfinished: [] })
          .and.not.to.have.property('fault');
      },
      (log) => ({
        append: async (given, options) => {
          appends += 1;
          await log.append(given, options);
        },
        find: (filter, page, options) => log.find(filter, page, options),
        listChains: (page, options) => log.listChains(page, options),
        readChain: (chain, range, options) => log.readChain(chain, range, options),
      }),
    );
  });
});
