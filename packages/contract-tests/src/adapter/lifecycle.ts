import { expect } from 'chai';
import type { AdapterHealth } from '@test-coordinator/ports';

import type { PortName } from '../adapter-harness.js';
import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import { prepareEverything, readEverything } from '../port-calls.js';
import { snapshot } from '../snapshot.js';
import { Trial } from '../trial.js';
import { callsOf } from './call-options.js';

/** A test in a world whose adapter the test starts itself. */
function beforeStart(title: string, body: (trial: Trial) => Promise<void>): ContractTest {
  return {
    title,
    async run({ harness }) {
      const trial = await Trial.openUnstarted(harness);
      try {
        await body(trial);
      } finally {
        await trial.close();
      }
    },
  };
}

function expectHealth(health: AdapterHealth, status: AdapterHealth['status']): void {
  expect(Object.keys(health)).to.have.members(['name', 'status', 'latencyMs', 'detail']);
  expect(health.status).to.equal(status);
  expect(health.name).to.be.a('string').and.not.to.equal('');
  expect(health.detail).to.be.a('string').and.not.to.equal('');
  expect(health.latencyMs).to.be.at.least(0);
}

/** The life of the adapter. @param ports Those that the world has. */
export function lifecycleGroup(ports: readonly PortName[]): ContractGroup {
  const calls = ports.flatMap((port) =>
    callsOf(port).map(([method, call]) => [`${port}.${method}`, call] as const),
  );
  return {
    subject: 'adapter',
    concern: 'lifecycle',
    title: 'Given the life of the adapter',
    tests: [
      beforeStart(
        'When it is not started, Then every method of every port is CLOSED, and health is down',
        async (trial) => {
          for (const [, call] of calls) await expectRefusal(call(trial.ports), 'CLOSED');
          expectHealth(await trial.world.lifecycle.checkHealth(), 'down');
          await trial.world.lifecycle.start();
          const contents = snapshot(await readEverything(trial.world.ports));
          expect(contents, 'what came through').to.deep.equal(emptyContents(trial));
        },
      ),
      ...calls.map(([name, call]) =>
        inWorld(`When it has stopped, Then ${name} is CLOSED`, async (trial) => {
          await prepareEverything(trial.world.ports);
          await trial.world.lifecycle.stop();
          await expectRefusal(call(trial.ports), 'CLOSED');
        }),
      ),
      beforeStart(
        'When several start it at once, and again later, Then it is started once and works',
        async (trial) => {
          const { lifecycle } = trial.world;
          await Promise.all([lifecycle.start(), lifecycle.start(), lifecycle.start()]);
          await lifecycle.start();
          await prepareEverything(trial.world.ports);
          expectHealth(await lifecycle.checkHealth(), 'up');
        },
      ),
      inWorld(
        'When it is stopped, at once by several and again later, Then every stop resolves',
        async ({ world }) => {
          const { lifecycle } = world;
          await Promise.all([lifecycle.stop(), lifecycle.stop()]);
          await lifecycle.stop();
          expectHealth(await lifecycle.checkHealth(), 'down');
        },
      ),
      beforeStart(
        'When it is stopped before it was started, Then it can not be started any more',
        async ({ world }) => {
          await world.lifecycle.stop();
          await expectRefusal(world.lifecycle.start(), 'CLOSED');
        },
      ),
      inWorld('When it has stopped, Then starting it again is CLOSED', async ({ world }) => {
        await world.lifecycle.stop();
        await expectRefusal(world.lifecycle.start(), 'CLOSED');
      }),
      inWorld(
        'When calls are under way, Then stop waits for them, and they settle',
        async ({ world, ports: all }) => {
          await prepareEverything(world.ports);
          const underWay = calls
            .filter(([name]) => /\.(getById|getServiceById|get|find|keys)$/.test(name))
            .map(([, call]) => call(all));
          await world.lifecycle.stop();
          for (const settled of await Promise.allSettled(underWay))
            expect(settled.status).to.equal('fulfilled');
        },
      ),
      inWorld('When it is disposed of, Then that is a stop', async (trial) => {
        await trial.world.lifecycle[Symbol.asyncDispose]();
        expectHealth(await trial.world.lifecycle.checkHealth(), 'down');
        const [, call] = calls[0]!;
        await expectRefusal(call(trial.ports), 'CLOSED');
      }),
    ],
  };
}

/** What `readEverything` answers on an empty world with the same ports. */
function emptyContents({ world }: Trial): readonly unknown[] {
  const { ports } = world;
  const page = { items: [], nextCursor: null };
  const lists = [
    ports.scenarios,
    ports.testRuns,
    ports.chaosEvents,
    ports.testResults,
    ports.serviceDiscovery,
  ];
  return [
    ...lists.map((port) => port && page),
    ports.cache && [],
    ports.executionLocks && null,
    ports.activeRuns && page,
    ports.auditLog && page,
  ];
}
