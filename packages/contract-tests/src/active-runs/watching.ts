import { expect } from 'chai';
import type { ActiveRunEvent } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { scribble, snapshot } from '../snapshot.js';
import { Watcher, nextPublished, summary } from './watcher.js';

const { id } = fixtures;

/** Who watches learns of everything, once and in order. */
export const watchGroup: ContractGroup = {
  subject: 'activeRuns',
  concern: 'watching',
  title: 'Given somebody who watches',
  tests: [
    inWorld(
      'When there are states, Then they come first, in the order in which they were published',
      async ({ ports }) => {
        const { activeRuns } = ports;
        for (const [n, phase] of [
          [4, 'first'],
          [1, 'first'],
          [2, 'first'],
          [3, 'first'],
          [1, 'second'],
        ] as const)
          await activeRuns.publish(id(n), { phase });
        await activeRuns.clear(id(2));
        await using watcher = new Watcher(ports);
        expect((await watcher.upToNow()).map(summary)).to.deep.equal([
          'published 4 first',
          'published 3 first',
          'published 1 second',
        ]);
      },
    ),
    inWorld('When there are none, Then it waits, and learns of what follows', async ({ ports }) => {
      await using watcher = new Watcher(ports);
      const first = nextPublished(watcher);
      const run = await ports.activeRuns.publish(id(1), fixtures.fullProgress());
      const event = await first;
      expect(Object.keys(event)).to.have.members(['kind', 'id', 'run']);
      expect(snapshot(event.run)).to.deep.equal(snapshot(run));
    }),
    inWorld('When states change, Then it learns of every change, in order', async ({ ports }) => {
      const { activeRuns } = ports;
      await using watcher = new Watcher(ports);
      await watcher.upToNow();
      for (const phase of ['a', 'b', 'b']) await activeRuns.publish(id(1), { phase });
      await activeRuns.publish(id(2), { phase: 'a' });
      await activeRuns.clear(id(1));
      await activeRuns.clear(id(1));
      await activeRuns.clear(id(3));
      await activeRuns.publish(id(1), { phase: 'c' });
      const events = await watcher.upToNow();
      expect(events.map(summary)).to.deep.equal([
        'published 1 a',
        'published 1 b',
        'published 1 b',
        'published 2 a',
        'cleared 1',
        'published 1 c',
      ]);
      expect(Object.keys(events[4]!)).to.have.members(['kind', 'id', 'runId']);
      const ids = events.map((event) => event.id);
      for (const eventId of ids) expect(eventId).to.be.a('string').and.not.to.equal('');
      expect(new Set(ids).size, 'different ids').to.equal(ids.length);
    }),
    inWorld('When several watch, Then each learns of everything, at its own pace', async ({ ports }) => {
      const watchers = [new Watcher(ports), new Watcher(ports), new Watcher(ports)];
      for (const watcher of watchers) await watcher.upToNow();
      for (let n = 1; n <= 5; n += 1) await ports.activeRuns.publish(id(n), { phase: 'a' });
      const expected = [1, 2, 3, 4, 5].map((n) => `published ${n} a`);
      expect((await watchers[0]!.upToNow()).map(summary)).to.deep.equal(expected);
      await ports.activeRuns.clear(id(1));
      expect((await watchers[1]!.upToNow()).map(summary)).to.deep.equal([...expected, 'cleared 1']);
      await watchers[1]![Symbol.asyncDispose]();
      await ports.activeRuns.publish(id(2), { phase: 'b' });
      expect((await watchers[0]!.upToNow()).map(summary)).to.deep.equal(['cleared 1', 'published 2 b']);
      const all = [...expected, 'cleared 1', 'published 2 b'];
      expect((await watchers[2]!.upToNow()).map(summary)).to.deep.equal(all);
      for (const watcher of watchers) await watcher[Symbol.asyncDispose]();
    }),
    inWorld('When it watches one run, Then it learns of that one alone', async ({ ports }) => {
      const { activeRuns } = ports;
      for (const n of [1, 2, 3]) await activeRuns.publish(id(n), { phase: 'a' });
      await using watcher = new Watcher(ports, { runId: id(2) });
      await using unknown = new Watcher(ports, { runId: id(4) });
      const first = unknown.next();
      expect(summary(await watcher.next())).to.equal('published 2 a');
      await activeRuns.publish(id(1), { phase: 'b' });
      await activeRuns.clear(id(3));
      await activeRuns.publish(id(2), { phase: 'b' });
      await activeRuns.clear(id(2));
      await activeRuns.publish(id(4), { phase: 'a' });
      await activeRuns.publish(id(2), { phase: 'c' });
      expect((await watcher.take(3)).map(summary)).to.deep.equal([
        'published 2 b',
        'cleared 2',
        'published 2 c',
      ]);
      expect(summary(await first)).to.equal('published 4 a');
    }),
    inWorld('When others publish while it starts, Then none is lost and none comes twice', async (trial) => {
      const clients = await trial.clients();
      const learned: ActiveRunEvent[][] = [];
      for (let round = 0; round < 5; round += 1) {
        await using watcher = new Watcher(trial.ports);
        const publishes = Array.from({ length: 20 }, (_, n) =>
          clients[n % clients.length]!.activeRuns.publish(id(100 * round + n), { phase: 'a' }),
        );
        learned.push([await watcher.next()]);
        await Promise.all(publishes);
        learned.at(-1)!.push(...(await watcher.upToNow()));
      }
      const all = Array.from({ length: 5 }, (_, round) =>
        Array.from({ length: 20 }, (_unused, n) => `published ${100 * round + n} a`),
      );
      for (const [round, events] of learned.entries()) {
        const ofRuns = events.map(summary).filter((told) => told !== 'published 9999 injecting');
        expect(ofRuns).to.have.members(all.slice(0, round + 1).flat());
      }
    }),
    inWorld('When another client publishes, Then it learns of that too', async (trial) => {
      const clients = await trial.clients();
      await using watcher = new Watcher(clients[0]!);
      await watcher.upToNow();
      await clients.at(-1)!.activeRuns.publish(id(1), { phase: 'a' });
      await clients[0]!.activeRuns.publish(id(1), { phase: 'b' });
      await clients.at(-1)!.activeRuns.clear(id(1));
      expect((await watcher.upToNow()).map(summary)).to.deep.equal([
        'published 1 a',
        'published 1 b',
        'cleared 1',
      ]);
    }),
    inWorld('When one scribbles over its events, Then the others have them whole', async ({ ports }) => {
      await using careless = new Watcher(ports);
      await using careful = new Watcher(ports);
      await careless.upToNow();
      await careful.upToNow();
      const run = snapshot(await ports.activeRuns.publish(id(1), fixtures.fullProgress()));
      scribble(await careless.next());
      expect(snapshot((await nextPublished(careful)).run)).to.deep.equal(run);
      expect(snapshot(await ports.activeRuns.get(id(1)))).to.deep.equal(run);
    }),
  ],
};

/** How a watch ends. */
export const watchEndGroup: ContractGroup = {
  subject: 'activeRuns',
  concern: 'ends of a watch',
  title: 'Given a watch that ends',
  tests: [
    inWorld(
      'When its signal aborts while it waits, Then it ends at once, without an error',
      async ({ ports }) => {
        await using watcher = new Watcher(ports);
        await watcher.upToNow();
        const step = watcher.step();
        watcher.abort();
        expect(await step).to.deep.equal({ done: true, value: undefined });
        expect(await watcher.step()).to.deep.equal({ done: true, value: undefined });
      },
    ),
    inWorld('When its signal aborts between two events, Then no other comes', async ({ ports }) => {
      await using watcher = new Watcher(ports);
      await watcher.upToNow();
      for (const n of [1, 2, 3]) await ports.activeRuns.publish(id(n), fixtures.progress());
      expect(summary(await watcher.next())).to.equal('published 1 injecting');
      watcher.abort();
      expect(await watcher.step()).to.deep.equal({ done: true, value: undefined });
    }),
    inWorld('When its signal was aborted before, Then it ends without an event', async ({ ports }) => {
      await ports.activeRuns.publish(id(1), fixtures.progress());
      await using watcher = new Watcher(ports, { signal: AbortSignal.abort(new Error('gone')) });
      expect(await watcher.step()).to.deep.equal({ done: true, value: undefined });
    }),
    inWorld('When somebody leaves the loop, Then it ends, and the others go on', async ({ ports }) => {
      await using other = new Watcher(ports);
      await other.upToNow();
      await ports.activeRuns.publish(id(1), { phase: 'a' });
      let seen = 0;
      for await (const _ of ports.activeRuns.watch()) {
        seen += 1;
        break;
      }
      expect(seen).to.equal(1);
      await ports.activeRuns.clear(id(1));
      expect((await other.upToNow()).map(summary)).to.deep.equal(['published 1 a', 'cleared 1']);
    }),
    inWorld(
      'When the adapter stops, Then it is CLOSED, and the stop does not wait for it',
      async ({ ports, world }) => {
        await using between = new Watcher(ports);
        await using waiting = new Watcher(ports);
        await between.upToNow();
        await waiting.upToNow();
        const step = expectRefusal(waiting.step(), 'CLOSED');
        await world.lifecycle.stop();
        await step;
        await expectRefusal(between.step(), 'CLOSED');
        await using late = new Watcher(ports);
        await expectRefusal(late.step(), 'CLOSED');
      },
    ),
  ],
};
