import { expect } from 'chai';
import type { StubAdapter } from '@test-coordinator/adapter-stub';

import { openAdapter } from './opened-adapter.js';

/** How many cache entries are held in memory, expired ones too, as the health of the adapter tells. */
async function heldEntries(adapter: StubAdapter): Promise<number> {
  const { detail } = await adapter.checkHealth();
  return Number(/(\d+) cache entries/.exec(detail)?.[1]);
}

async function fill(
  adapter: StubAdapter,
  name: string,
  count: number,
  ttlSeconds: number | null,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await adapter.ports.cache.set(`${name}:${index}`, index, { ttlSeconds });
  }
}

describe('Given cache entries that expire and are never read again', () => {
  it('When entries expire, Then n writes have let go of 16 × n of them', async () => {
    const { adapter, clock } = await openAdapter();
    await fill(adapter, 'old', 1_600, 1);
    clock.advance(1_000);

    await fill(adapter, 'new', 100, 1);

    expect(await heldEntries(adapter)).to.equal(100);
  });

  it('When short-lived entries are written for long, Then no more are held than were live at one time', async () => {
    const { adapter, clock } = await openAdapter();
    for (let round = 0; round < 50; round += 1) {
      await fill(adapter, `round-${round}`, 100, 1);
      expect(await heldEntries(adapter)).to.be.at.most(100);
      clock.advance(1_000);
    }
  });

  it('When an entry is written again, Then its first expiry does not take it', async () => {
    const { adapter, clock } = await openAdapter();
    await adapter.ports.cache.set('kept', 'first', { ttlSeconds: 1 });
    await adapter.ports.cache.set('kept', 'second', { ttlSeconds: 10 });
    clock.advance(1_000);

    await fill(adapter, 'other', 10, 1);

    expect(await adapter.ports.cache.get('kept')).to.equal('second');
  });

  it('When an entry is made to live for ever, Then no write takes it', async () => {
    const { adapter, clock } = await openAdapter();
    await adapter.ports.cache.set('kept', true, { ttlSeconds: 1 });
    await adapter.ports.cache.expire('kept', null);
    clock.advance(1_000_000_000);

    await fill(adapter, 'other', 10, 1);

    expect(await adapter.ports.cache.exists('kept')).to.equal(true);
  });

  it('When keys are only deleted, Then expired entries are let go of too', async () => {
    const { adapter, clock } = await openAdapter();
    await fill(adapter, 'old', 32, 1);
    clock.advance(1_000);

    await adapter.ports.cache.delete('absent');
    await adapter.ports.cache.delete('absent');

    expect(await heldEntries(adapter)).to.equal(0);
  });

  it('When everything is flushed, Then nothing is held', async () => {
    const { adapter } = await openAdapter();
    await fill(adapter, 'expiring', 10, 1);
    await fill(adapter, 'lasting', 10, null);

    await adapter.ports.cache.flushAll();

    expect(await heldEntries(adapter)).to.equal(0);
  });
});
