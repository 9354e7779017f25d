import { SeededRandom } from '@test-coordinator/services';

/** Choices that follow a seed. */
export class RandomChoice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.#random.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  pick<Entry>(entries: readonly Entry[]): Entry {
    return entries[this.between(0, entries.length - 1)]!;
  }

  shuffled<Entry>(entries: readonly Entry[]): Entry[] {
    const left = [...entries];
    const taken: Entry[] = [];
    while (left.length > 0) taken.push(...left.splice(this.between(0, left.length - 1), 1));
    return taken;
  }
}
