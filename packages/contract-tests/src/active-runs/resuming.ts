import { expect } from 'chai';
import type { ActiveRunEvent } from '@test-coordinator/ports';

import type { AdapterCapabilities, Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { asDataAdapterError } from '../outcome.js';
import { eventually } from '../trial.js';
import { Watcher, summary } from './watcher.js';

const { id } = fixtures;
const WINDOW = 16;
const SMALL_WINDOW = { watchWindow: WINDOW };
/** More than any store keeps behind its window. */
const FLOOD = WINDOW + 400;

async function publish({ activeRuns }: Ports, n: number, phase = 'a'): Promise<void> {
  await activeRuns.publish(id(n), { phase });
}

/** Changes one state so often that what was before is not kept. */
async function flood(ports: Ports, n: number): Promise<void> {
  for (let count = 1; count <= FLOOD; count += 1) await publish(ports, n, `${count}`);
}

/** Runs a watcher for as long as `body` needs it. */
async function watching<Value>(
  ports: Ports,
  after: string | undefined,
  body: (watcher: Watcher) => Promise<Value>,
): Promise<Value> {
  await using watcher = new Watcher(ports, { after });
  return await body(watcher);
}

/** All that a watcher that resumes after this id has to learn. */
function eventsAfter(ports: Ports, after: string): Promise<readonly ActiveRunEvent[]> {
  return watching(ports, after, (watcher) => watcher.upToNow());
}

const unknownIds: readonly ContractTest[] = [
  '0',
  '0-0',
  '$',
  'nothing',
  '9007199254740991-0',
  '~'.repeat(200),
].map((after) =>
  inWorld(
    `When the id is ${JSON.stringify(after.slice(0, 20))}, which the store does not know, Then there is a gap, and the current states`,
    async ({ ports }) => {
      for (const n of [2, 1]) await publish(ports, n);
      const events = await eventsAfter(ports, after);
      expect(events.map(summary)).to.deep.equal(['gap', 'published 2 a', 'published 1 a']);
    },
  ),
);

const outage: ContractTest = inWorld(
  'When the link was cut meanwhile, Then the watch ends, and the next one goes on without loss',
  async ({ ports, world }) => {
    await using watcher = new Watcher(ports);
    await watcher.upToNow();
    await publish(ports, 1);
    const { id: last } = await watcher.next();
    const step = watcher.step(10_000);
    const heal = await world.interrupt!('reset');
    const [settled] = await Promise.allSettled([step]);
    await heal();
    if (settled.status === 'fulfilled') throw new Error('the watch went on over a link that was cut');
    expect(['UNAVAILABLE', 'TIMEOUT']).to.include(asDataAdapterError(settled.reason).code);
    const isUp = async (): Promise<boolean> => (await world.lifecycle.checkHealth()).status === 'up';
    await eventually(isUp, true, 'up again without a restart');
    await publish(ports, 1, 'b');
    expect((await eventsAfter(ports, last)).map(summary)).to.deep.equal(['published 1 b']);
  },
);

/** A watcher that comes back goes on where it was, or is told that it cannot. */
export function resumeGroup({ durable, interruptible }: AdapterCapabilities): ContractGroup {
  return {
    subject: 'activeRuns',
    concern: 'resuming',
    title: 'Given a watcher that comes back',
    tests: [
      inWorld(
        'When it resumes after any event, Then all that follow come, and none before',
        async (trial) => {
          const clients = await trial.clients();
          const events = await watching(trial.ports, undefined, async (watcher) => {
            await watcher.upToNow();
            for (const n of [1, 2]) await publish(trial.ports, n);
            await trial.ports.activeRuns.clear(id(1));
            for (const n of [3, 2, 1]) await publish(trial.ports, n, 'b');
            return watcher.upToNow();
          });
          expect(events).to.have.length(6);
          for (const [index, event] of events.entries()) {
            const client = clients[index % clients.length]!;
            const rest = await eventsAfter(client, event.id);
            expect(rest.map(summary), `after event ${index}`).to.deep.equal(
              events.slice(index + 1).map(summary),
            );
            expect(rest.map((follower) => follower.id)).to.deep.equal(
              events.slice(index + 1).map((later) => later.id),
            );
          }
        },
      ),
      inWorld(
        'When it was cut off among the current states, Then it resumes behind the last it saw',
        async ({ ports }) => {
          for (const n of [1, 2, 3, 4]) await publish(ports, n);
          await publish(ports, 1, 'b');
          await ports.activeRuns.clear(id(3));
          const states = await watching(ports, undefined, (watcher) => watcher.take(3));
          expect(states.map(summary)).to.deep.equal(['published 2 a', 'published 4 a', 'published 1 b']);
          const rest = ['published 3 a', 'published 4 a', 'published 1 b', 'cleared 3'];
          for (const [index, skipped] of [0, 2, 3].entries()) {
            const events = await eventsAfter(ports, states[index]!.id);
            expect(events.map(summary)).to.deep.equal(rest.slice(skipped));
          }
        },
      ),
      inWorld('When nothing has happened since, Then it waits for what follows', async ({ ports }) => {
        await publish(ports, 1);
        const [last] = await watching(ports, undefined, (watcher) => watcher.take(1));
        await using watcher = new Watcher(ports, { after: last!.id });
        const next = watcher.next();
        await publish(ports, 1, 'b');
        expect(summary(await next)).to.equal('published 1 b');
      }),
      inWorld(
        'When it watches one run, Then it learns of that one alone, after any event',
        async ({ ports }) => {
          await publish(ports, 1);
          const [first] = await watching(ports, undefined, (watcher) => watcher.take(1));
          for (const [n, phase] of [
            [2, 'a'],
            [1, 'b'],
            [2, 'b'],
          ] as const)
            await publish(ports, n, phase);
          await ports.activeRuns.clear(id(2));
          await ports.activeRuns.clear(id(1));
          await using watcher = new Watcher(ports, { runId: id(2), after: first!.id });
          expect((await watcher.take(3)).map(summary)).to.deep.equal([
            'published 2 a',
            'published 2 b',
            'cleared 2',
          ]);
        },
      ),
      inWorld(
        'When as many changes followed as are kept, Then all of them come',
        async ({ ports }) => {
          await publish(ports, 1, 'seen');
          const [last] = await watching(ports, undefined, (watcher) => watcher.take(1));
          for (let count = 1; count < WINDOW; count += 1) await publish(ports, 1, `${count}`);
          // One more is published to see what comes before it.
          const phases = (await eventsAfter(ports, last!.id)).map(summary);
          expect(phases).to.deep.equal(Array.from({ length: WINDOW - 1 }, (_, n) => `published 1 ${n + 1}`));
        },
        SMALL_WINDOW,
      ),
      inWorld(
        'When more followed than are kept, Then there is a gap, and the current states, and what follows',
        async ({ ports }) => {
          for (const n of [1, 2, 3]) await publish(ports, n);
          const [first] = await watching(ports, undefined, (watcher) => watcher.take(1));
          await ports.activeRuns.clear(id(3));
          await flood(ports, 2);
          await using watcher = new Watcher(ports, { after: first!.id });
          const events = await watcher.upToNow();
          expect(events.map(summary)).to.deep.equal(['gap', 'published 1 a', `published 2 ${FLOOD}`]);
          await publish(ports, 2, 'on');
          expect((await watcher.upToNow()).map(summary)).to.deep.equal(['published 2 on']);
        },
        SMALL_WINDOW,
      ),
      inWorld(
        'When it was cut off right behind a gap, Then it is told the gap again',
        async ({ ports }) => {
          await publish(ports, 1);
          const [first] = await watching(ports, undefined, (watcher) => watcher.take(1));
          await flood(ports, 1);
          const [gap] = await watching(ports, first!.id, (watcher) => watcher.take(1));
          expect(gap).to.include({ kind: 'gap' });
          expect(Object.keys(gap!)).to.have.members(['kind', 'id']);
          const again = await eventsAfter(ports, gap!.id);
          expect(again.map(summary)).to.deep.equal(['gap', `published 1 ${FLOOD}`]);
        },
        SMALL_WINDOW,
      ),
      inWorld(
        'When it was too slow, Then it has all that was on its way to it, or is told the gap, and loses nothing in silence',
        async ({ ports }) => {
          await publish(ports, 2, 'other');
          await using watcher = new Watcher(ports);
          await watcher.upToNow();
          await flood(ports, 1);
          const events = (await watcher.upToNow()).map(summary);
          const gap = events.indexOf('gap');
          // A link between the watcher and the store may have taken them all in.
          const before = Array.from({ length: gap < 0 ? FLOOD : gap }, (_, n) => `published 1 ${n + 1}`);
          expect(events.slice(0, before.length), 'before the gap').to.deep.equal(before);
          expect(events.slice(before.length), 'from the gap on').to.deep.equal(
            gap < 0 ? [] : ['gap', 'published 2 other', `published 1 ${FLOOD}`],
          );
        },
        SMALL_WINDOW,
      ),
      inWorld(
        'When it watches one run and missed changes of others, Then it has the state of that one behind the gap',
        async ({ ports }) => {
          for (const n of [1, 2]) await publish(ports, n);
          const [first] = await watching(ports, undefined, (watcher) => watcher.take(1));
          await flood(ports, 1);
          await using watcher = new Watcher(ports, { runId: id(2), after: first!.id });
          expect((await watcher.take(2)).map(summary)).to.deep.equal(['gap', 'published 2 a']);
          await publish(ports, 2, 'b');
          expect(summary(await watcher.next())).to.equal('published 2 b');
        },
        SMALL_WINDOW,
      ),
      ...unknownIds,
      inWorld(
        `When the store was opened again, Then ${durable === true ? 'it goes on' : 'it is told the gap'}`,
        async ({ ports, world }) => {
          await publish(ports, 1);
          const [first] = await watching(ports, undefined, (watcher) => watcher.take(1));
          await publish(ports, 1, 'b');
          await world.lifecycle.stop();
          if (world.reopen === undefined) return;
          const again = await world.reopen();
          try {
            await again.lifecycle.start();
            const reopened = again.ports as Ports;
            await publish(reopened, 1, 'c');
            const expected = durable === true ? ['published 1 b', 'published 1 c'] : ['gap', 'published 1 c'];
            expect((await eventsAfter(reopened, first!.id)).map(summary)).to.deep.equal(expected);
          } finally {
            await again.close();
          }
        },
      ),
      ...(interruptible === true ? [outage] : []),
    ],
  };
}
