import { expect } from 'chai';

import type { AdapterCapabilities, Capability, PortName, Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { asDataAdapterError, expectRefusal } from '../outcome.js';
import { prepareEverything, readEverything } from '../port-calls.js';
import { snapshot } from '../snapshot.js';
import { eventually } from '../trial.js';

const PORTS: readonly PortName[] = [
  'scenarios',
  'testRuns',
  'chaosEvents',
  'testResults',
  'serviceDiscovery',
  'cache',
  'executionLocks',
  'activeRuns',
  'auditLog',
  'unitOfWork',
];

/** Each capability tested as it is declared: what is on works, and what is off is refused or is not there. */
export function capabilitiesGroup(capabilities: AdapterCapabilities): ContractGroup {
  const { ports, durable, shared, transactions, interruptible } = capabilities;
  return {
    subject: 'adapter',
    concern: 'capabilities',
    title: 'Given what the manifest declares',
    tests: [
      inWorld('When a world is opened, Then it has exactly the ports that are listed', async ({ world }) => {
        expect(
          Object.keys(world.ports).filter((name) => world.ports[name as PortName] !== undefined),
        ).to.have.members([...ports]);
        expect(new Set(ports).size, 'ports that are listed once').to.equal(ports.length);
        expect(PORTS).to.include.members([...ports]);
      }),
      inWorld('When another world was left full, Then this one is empty', async ({ world }) => {
        for (const contents of await readEverything(world.ports)) {
          const empty = contents === undefined || sizeOf(contents) === 0;
          expect(empty, JSON.stringify(contents)).to.equal(true);
        }
        // Left for whichever test opens the next world.
        await prepareEverything(world.ports);
      }),
      ...declared('durable', durable, durableTest, volatileTest),
      ...declared('shared', shared, sharedTest, unsharedTest),
      ...(ports.includes('unitOfWork')
        ? declared('transactions', transactions, transactionsTest, noTransactionsTest)
        : []),
      ...declared('interruptible', interruptible, interruptibleTests, uninterruptibleTest),
    ],
  };
}

type TestOf = (suffix: string) => ContractTest;

function declared(
  name: string,
  capability: Capability,
  on: TestOf | readonly TestOf[],
  off: TestOf,
): readonly ContractTest[] {
  if (capability !== true) return [off(`(${name} is off: ${capability.no})`)];
  return [on].flat().map((test) => (test as TestOf)(`(${name} is on)`));
}

const durableTest: TestOf = (suffix) =>
  inWorld(`When a world is opened again, Then everything is there ${suffix}`, async ({ world }) => {
    expect(world.reopen, 'the hook that the capability `durable` needs').to.be.a('function');
    await prepareEverything(world.ports);
    const before = snapshot(await readEverything(world.ports));
    await world.lifecycle.stop();
    const again = await world.reopen!();
    try {
      await again.lifecycle.start();
      expect(snapshot(await readEverything(again.ports))).to.deep.equal(before);
    } finally {
      await again.close();
    }
  });

const volatileTest: TestOf = (suffix) =>
  inWorld(
    `When a world is opened again, Then that cannot be, or it is empty ${suffix}`,
    async ({ world }) => {
      await prepareEverything(world.ports);
      const before = snapshot(await readEverything(world.ports));
      await world.lifecycle.stop();
      if (world.reopen === undefined) return;
      const again = await world.reopen();
      try {
        await again.lifecycle.start();
        expect(snapshot(await readEverything(again.ports))).not.to.deep.equal(before);
        expect((await readEverything(again.ports)).every((contents) => sizeOf(contents) === 0)).to.equal(
          true,
        );
      } finally {
        await again.close();
      }
    },
  );

const sharedTest: TestOf = (suffix) =>
  inWorld(`When one client writes, Then another one reads it at once ${suffix}`, async (trial) => {
    const [mine, theirs] = (await trial.clients()) as [Ports, Ports];
    await prepareEverything(mine);
    const contents = snapshot(await readEverything(mine));
    expect(snapshot(await readEverything(theirs))).to.deep.equal(contents);
  });

const unsharedTest: TestOf = (suffix) =>
  inWorld(`When a second client is asked for, Then there is no such hook ${suffix}`, ({ world }) => {
    expect(world.peer).to.equal(undefined);
    return Promise.resolve();
  });

const transactionsTest: TestOf = (suffix) =>
  inWorld(`When a unit rolls back, Then nothing of it is left ${suffix}`, async ({ ports, world }) => {
    const before = snapshot(await readEverything(world.ports));
    const reason = new Error('rolled back');
    const unit = ports.unitOfWork.run(async (repositories) => {
      await prepareEverything(repositories);
      throw reason;
    });
    const [settled] = await Promise.allSettled([unit]);
    expect(settled).to.deep.equal({ status: 'rejected', reason });
    expect(snapshot(await readEverything(world.ports))).to.deep.equal(before);
  });

const noTransactionsTest: TestOf = (suffix) =>
  inWorld(
    `When a unit is run, Then it is UNSUPPORTED and the work never runs ${suffix}`,
    async ({ ports, world }) => {
      const before = snapshot(await readEverything(world.ports));
      let ran = false;
      const call = ports.unitOfWork.run(async (repositories) => {
        ran = true;
        await prepareEverything(repositories);
      });
      await expectRefusal(call, 'UNSUPPORTED');
      expect(ran).to.equal(false);
      expect(snapshot(await readEverything(world.ports))).to.deep.equal(before);
    },
  );

const interruptibleTests: readonly TestOf[] = (['reset', 'freeze'] as const).map(
  (kind) => (suffix) =>
    inWorld(
      `When the link is cut by a ${kind}, Then calls fail as retryable until it is healed ${suffix}`,
      async (trial) => {
        const { world } = trial;
        expect(world.interrupt, 'the hook that the capability `interruptible` needs').to.be.a('function');
        await prepareEverything(world.ports);
        const before = snapshot(await readEverything(world.ports));
        const heal = await world.interrupt!(kind);
        try {
          const [settled] = await Promise.allSettled([readEverything(world.ports)]);
          if (settled.status === 'fulfilled') throw new Error('calls were answered over a link that was cut');
          expect(['UNAVAILABLE', 'TIMEOUT', 'UNKNOWN_OUTCOME']).to.include(
            asDataAdapterError(settled.reason).code,
          );
          expect((await world.lifecycle.checkHealth()).status).to.equal('down');
        } finally {
          await heal();
        }
        const isUp = async (): Promise<boolean> => (await world.lifecycle.checkHealth()).status === 'up';
        await eventually(isUp, true, 'up again without a restart');
        expect(snapshot(await readEverything(world.ports))).to.deep.equal(before);
      },
    ),
);

const uninterruptibleTest: TestOf = (suffix) =>
  inWorld(`When the link is to be cut, Then there is no such hook ${suffix}`, ({ world }) => {
    expect(world.interrupt).to.equal(undefined);
    return Promise.resolve();
  });

/** How many things a page or a map holds. */
function sizeOf(contents: unknown): number {
  if (contents === undefined || contents === null) return 0;
  return contents instanceof Map
    ? contents.size
    : (contents as { readonly items: readonly unknown[] }).items.length;
}
