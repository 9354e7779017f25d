import { Coalescer, DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

/** A store that doubles numbers, and answers when it is told to. */
class Doubling {
  readonly asked: (number | readonly number[])[] = [];
  readonly #held: (() => void)[] = [];
  refusal: unknown;

  readonly one = async (item: number): Promise<number> => {
    this.asked.push(item);
    await this.#answered();
    if (item < 0) throw new RangeError(`${item} is refused`);
    return item * 2;
  };

  readonly many = async (items: readonly number[]): Promise<readonly number[]> => {
    this.asked.push(items);
    await this.#answered();
    if (this.refusal !== undefined) throw this.refusal as Error;
    return items.map((item) => item * 2);
  };

  /** Answers what is asked now and later, until nothing more comes. */
  async answerAll<Answer>(calls: Promise<Answer>): Promise<Answer> {
    let isOver = false;
    const over = calls.finally(() => (isOver = true));
    while (!isOver) {
      for (const answer of this.#held.splice(0)) answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return over;
  }

  #answered(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }
}

const settledBy = (coalescer: Coalescer<number, number>, items: readonly number[]) =>
  Promise.allSettled(items.map((item) => coalescer.call(item)));

describe('A coalescer of calls', () => {
  it('Given a call under way, When others come, Then they go together, and each gets its own answer', async () => {
    const store = new Doubling();
    const settled = await store.answerAll(settledBy(new Coalescer(store), [1, 2, 3]));
    expect(settled.map((call) => call.status === 'fulfilled' && call.value)).to.deep.equal([2, 4, 6]);
    expect(store.asked).to.deep.equal([1, [2, 3]]);
  });

  it('Given calls one after another, When each is over before the next, Then each goes alone', async () => {
    const store = new Doubling();
    const coalescer = new Coalescer(store);
    for (const item of [1, 2]) await store.answerAll(coalescer.call(item));
    expect(store.asked).to.deep.equal([1, 2]);
  });

  it('Given one that is refused, When it went together with others, Then they are asked one by one, and it alone fails', async () => {
    const store = new Doubling();
    store.refusal = new RangeError('one of them');
    const settled = await store.answerAll(settledBy(new Coalescer(store), [1, -2, 3]));
    expect(settled.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(store.asked).to.deep.equal([1, [-2, 3], -2, 3]);
  });

  for (const code of ['UNAVAILABLE', 'CLOSED'] as const) {
    it(`Given a store that is ${code}, When calls went together, Then all fail, and none is asked again`, async () => {
      const store = new Doubling();
      store.refusal = new DataAdapterError(code, 'away');
      const settled = await store.answerAll(settledBy(new Coalescer(store), [1, 2, 3]));
      expect(settled.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
      expect(store.asked).to.deep.equal([1, [2, 3]]);
    });
  }

  it('Given some that are too large together, When they wait, Then they go one after the other, and a larger one alone', async () => {
    const store = new Doubling();
    const { one, many } = store;
    const coalescer = new Coalescer({ one, many, sizeOf: (item: number) => item * 1_000 });
    const settled = await store.answerAll(settledBy(coalescer, [1, 100, 200, 300, 50]));
    expect(settled.map((call) => call.status === 'fulfilled' && call.value)).to.deep.equal([
      2, 200, 400, 600, 100,
    ]);
    expect(store.asked).to.deep.equal([1, [100, 50], [200], [300]]);
  });

  it('Given two with one key, When they wait together, Then the second goes with the next', async () => {
    const store = new Doubling();
    const coalescer = new Coalescer({ one: store.one, many: store.many, keyOf: String });
    await store.answerAll(settledBy(coalescer, [1, 2, 2, 3]));
    expect(store.asked).to.deep.equal([1, [2, 3], [2]]);
  });
});
