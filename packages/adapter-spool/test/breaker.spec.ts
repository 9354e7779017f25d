import { Breaker } from '@test-coordinator/adapter-spool';
import { DataAdapterError, type ErrorCode } from '@test-coordinator/ports';
import { expect } from 'chai';

import { expectRefusal } from './spool-folders.js';

function breakerWith(random = 1): {
  readonly breaker: Breaker;
  readonly pass: (ms: number) => void;
  readonly fail: (times: number, code?: ErrorCode) => Promise<void>;
  readonly succeed: (times: number) => Promise<void>;
} {
  let time = 0;
  const breaker = new Breaker({ monotonicMs: () => time, random: () => random });
  const repeat = async (times: number, work: () => Promise<unknown>): Promise<void> => {
    for (let left = times; left > 0; left -= 1) await breaker.call(work).catch(() => undefined);
  };
  return {
    breaker,
    pass: (ms) => {
      time += ms;
    },
    fail: (times, code = 'UNAVAILABLE') =>
      repeat(times, () => Promise.reject(new DataAdapterError(code, 'the store said no'))),
    succeed: (times) => repeat(times, () => Promise.resolve()),
  };
}

describe('Given a breaker', () => {
  for (const code of ['UNAVAILABLE', 'TIMEOUT', 'UNKNOWN_OUTCOME', 'CAPACITY'] as const) {
    it(`When calls fail five times in a row with ${code}, Then it opens`, async () => {
      const { breaker, fail } = breakerWith();
      await fail(4, code);
      expect(breaker.state).to.equal('closed');
      await fail(1, code);
      expect(breaker.state).to.equal('open');
    });
  }

  it('When calls are refused, Then it never opens, and a row of failures is over', async () => {
    const { breaker, fail } = breakerWith();
    await fail(100, 'ILLEGAL_TRANSITION');
    await fail(4);
    await fail(1, 'INVALID_ARGUMENT');
    await fail(4);
    expect(breaker.state).to.equal('closed');
  });

  it('When half of twenty calls within ten seconds fail, Then it opens; when older ones did, it does not', async () => {
    const quick = breakerWith();
    const slow = breakerWith();
    for (let pair = 0; pair < 10; pair += 1) {
      await quick.succeed(1);
      await quick.fail(1);
      await slow.succeed(1);
      await slow.fail(1);
      slow.pass(1_200);
    }
    expect(quick.breaker.state).to.equal('open');
    expect(slow.breaker.state).to.equal('closed');
  });

  it('When it is open, Then calls are refused without being made, until the wait is over', async () => {
    const { breaker, fail, pass } = breakerWith();
    await fail(5);
    let made = 0;
    const call = (): Promise<void> => {
      made += 1;
      return Promise.resolve();
    };

    pass(499);
    await expectRefusal(breaker.call(call), 'UNAVAILABLE');
    expect([made, breaker.waitMs]).to.deep.equal([0, 1]);
    pass(1);
    await breaker.call(call);
    expect([made, breaker.state]).to.deep.equal([1, 'closed']);
  });

  it('When two hundred callers come as the wait is over, Then exactly one reaches the store (B22)', async () => {
    const { breaker, fail, pass } = breakerWith();
    await fail(5);
    pass(500);
    let made = 0;
    let answer = (): void => undefined;
    const call = (): Promise<void> => {
      made += 1;
      return new Promise((resolve) => (answer = resolve));
    };

    const calls = Array.from({ length: 200 }, () => breaker.call(call));
    expect(breaker.state).to.equal('probing');
    answer();
    const outcomes = await Promise.allSettled(calls);

    expect(made).to.equal(1);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(breaker.state).to.equal('closed');
  });

  it('When probes fail, Then each wait may be twice as long as the one before, up to ten seconds, and a success starts over', async () => {
    const { breaker, fail, pass, succeed } = breakerWith();
    await fail(5);
    const waits: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      waits.push(breaker.waitMs);
      pass(breaker.waitMs);
      await fail(1);
    }
    expect(waits).to.deep.equal([500, 1_000, 2_000, 4_000, 8_000, 10_000]);

    pass(10_000);
    await succeed(1);
    await fail(5);
    expect(breaker.waitMs).to.equal(500);
  });

  it('When the wait is drawn, Then it is any part of the longest', async () => {
    const { breaker, fail } = breakerWith(0.25);
    await fail(5);
    expect(breaker.waitMs).to.equal(125);
  });

  it('When a call from before it opened is answered late, Then it stays open', async () => {
    const { breaker, fail } = breakerWith();
    let answer = (): void => undefined;
    const late = breaker.call(() => new Promise<void>((resolve) => (answer = resolve)));
    await fail(5);
    answer();
    await late;
    expect(breaker.state).to.equal('open');
  });
});
