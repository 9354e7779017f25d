import { expect } from 'chai';
import type { StubAdapter } from '@test-coordinator/adapter-stub';
import { fixtures } from '@test-coordinator/contract-tests';

import { openAdapter } from './opened-adapter.js';

const { id, progress } = fixtures;

/** How many runs are kept in memory, as the health of the adapter tells. */
async function keptRuns(adapter: StubAdapter): Promise<number> {
  const { detail } = await adapter.checkHealth();
  return Number(/(\d+) live runs/.exec(detail)?.[1]);
}

describe('Given the live state of runs in the in-memory adapter', () => {
  it('When runs expire that nobody clears, Then the next change lets go of them', async () => {
    const { adapter, clock } = await openAdapter({ activeRunTtlMs: 1_000 });
    const { activeRuns } = adapter.ports;
    for (let n = 1; n <= 100; n += 1) await activeRuns.publish(id(n), progress());
    for (let n = 1; n <= 50; n += 1) await activeRuns.clear(id(n));
    expect(await keptRuns(adapter)).to.equal(100);

    clock.advance(1_000);
    await activeRuns.publish(id(101), progress());

    expect(await keptRuns(adapter)).to.equal(1);
  });

  it('When a run goes on, Then others that expire before it are let go of first', async () => {
    const { adapter, clock } = await openAdapter({ activeRunTtlMs: 1_000 });
    const { activeRuns } = adapter.ports;
    await activeRuns.publish(id(1), progress());
    await activeRuns.publish(id(2), progress());
    clock.advance(600);
    await activeRuns.publish(id(1), progress());
    clock.advance(600);

    await activeRuns.publish(id(3), progress());

    expect(await keptRuns(adapter)).to.equal(2);
    expect((await activeRuns.list()).items.map(({ runId }) => runId)).to.deep.equal([id(3), id(1)]);
  });

  it('When a watcher waits again and again, Then its signal keeps one listener at a time', async () => {
    const { adapter } = await openAdapter();
    const { activeRuns } = adapter.ports;
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on('warning', note);
    const over = new AbortController();
    const steps = activeRuns.watch({ signal: over.signal })[Symbol.asyncIterator]();

    for (let n = 1; n <= 50; n += 1) {
      const step = steps.next();
      await activeRuns.publish(id(1), progress({ phase: `phase ${n}` }));
      expect((await step).value).to.have.nested.property('run.phase', `phase ${n}`);
    }
    over.abort();

    expect(await steps.next()).to.deep.equal({ done: true, value: undefined });
    process.off('warning', note);
    expect(warnings).to.deep.equal([]);
  });

  it('When options are changed after the call, Then what was asked for counts', async () => {
    const { adapter } = await openAdapter();
    const { activeRuns } = adapter.ports;
    for (const n of [1, 2]) await activeRuns.publish(id(n), progress());
    const options = { runId: id(2) };
    const watch = activeRuns.watch(options);
    options.runId = id(1);

    for await (const event of watch) {
      expect(event).to.have.nested.property('run.runId', id(2));
      break;
    }
  });
});
