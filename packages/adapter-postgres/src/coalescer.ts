import { isOutage } from './failures.js';

/** At most so many statements of one kind are under way: with two, one is planned while the other is carried out. */
const MAX_UNDER_WAY = 2;
/** Most calls in one statement. */
const MAX_CALLS = 256;

interface Call<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

export interface CoalescedStatements<Item, Answer> {
  /** Two items with one key do not go into one statement; the second waits for the next. */
  readonly keyOf?: (item: Item) => string;
  readonly one: (item: Item) => Promise<Answer>;
  /** The answers in the order of the items; a promise is that item's own way to be refused. */
  readonly many: (items: readonly Item[]) => Promise<readonly (Answer | Promise<Answer>)[]>;
}

/**
 * Gathers the calls of many callers into one statement while another is under way. A lone caller is sent at once: a
 * loader that always waits for the next turn costs it a quarter of its speed; at 32 callers this gains a factor of 3.
 * A caller's bad item never fails another's: a statement that was refused is sent again item by item.
 */
export class Coalescer<Item, Answer> {
  readonly #waiting: Call<Item, Answer>[] = [];
  #underWay = 0;
  #armed = false;

  constructor(private readonly statements: CoalescedStatements<Item, Answer>) {}

  call(item: Item): Promise<Answer> {
    if (this.#underWay === 0 && this.#waiting.length === 0) {
      this.#underWay += 1;
      const answer = this.statements.one(item);
      answer.then(this.#ended, this.#ended);
      return answer;
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#arm();
    });
  }

  /** The calls of one turn of the event loop come together. */
  #arm(): void {
    if (this.#armed || this.#underWay >= MAX_UNDER_WAY || this.#waiting.length === 0) return;
    this.#armed = true;
    setImmediate(() => {
      this.#armed = false;
      this.#send();
    });
  }

  readonly #ended = (): void => {
    this.#underWay -= 1;
    this.#arm();
  };

  #send(): void {
    const calls = this.#take();
    if (calls.length === 0) return;
    this.#underWay += 1;
    void this.#answer(calls).then(this.#ended);
    this.#arm();
  }

  #take(): readonly Call<Item, Answer>[] {
    const { keyOf } = this.statements;
    if (keyOf === undefined) return this.#waiting.splice(0, MAX_CALLS);
    const taken = new Map<string, Call<Item, Answer>>();
    const left: Call<Item, Answer>[] = [];
    for (const call of this.#waiting) {
      const key = keyOf(call.item);
      if (taken.size < MAX_CALLS && !taken.has(key)) taken.set(key, call);
      else left.push(call);
    }
    this.#waiting.splice(0, this.#waiting.length, ...left);
    return [...taken.values()];
  }

  async #answer(calls: readonly Call<Item, Answer>[]): Promise<void> {
    const { one, many } = this.statements;
    try {
      const answers = await many(calls.map(({ item }) => item));
      for (let index = 0; index < calls.length; index += 1) calls[index]!.resolve(answers[index]!);
    } catch (error) {
      if (isOutage(error)) {
        for (const { reject } of calls) reject(error);
        return;
      }
      for (const { item, resolve, reject } of calls) await one(item).then(resolve, reject);
    }
  }
}
