import type { Segment } from './segment.js';

/** The segments that hold records which are not stored elsewhere yet, oldest first. */
export class LiveSegments {
  readonly #segments: Segment[] = [];
  readonly #open = new Set<Segment>();
  #lastNumber: number;
  #next: number;

  /** @param next The sequence of the next record, when there is no segment. */
  constructor(lastNumber: number, next: number) {
    this.#lastNumber = lastNumber;
    this.#next = next;
  }

  /** The sequence that the next record gets. */
  get next(): number {
    return Math.max(this.#next, this.#segments.at(-1)?.next ?? 0);
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  get bytes(): number {
    return this.#segments.reduce((bytes, { end }) => bytes + end, 0);
  }

  get oldest(): Segment | undefined {
    return this.#segments[0];
  }

  takeNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  /** A segment that is written to. */
  add(segment: Segment): void {
    this.#segments.push(segment);
    this.#open.add(segment);
    this.#lastNumber = Math.max(this.#lastNumber, segment.number);
  }

  /** It grows no more. */
  settle(segment: Segment): void {
    this.#open.delete(segment);
  }

  isOpen(segment: Segment): boolean {
    return this.#open.has(segment);
  }

  /** The segment with the first record after `sequence`, if there is one. */
  segmentAfter(sequence: number): Segment | undefined {
    return this.#segments.find(({ next }) => next > sequence + 1);
  }

  /** The ones that grow no more and hold no record after `sequence`. */
  settledUpTo(sequence: number): readonly Segment[] {
    return this.#segments.filter((segment) => !this.isOpen(segment) && segment.next <= sequence + 1);
  }

  forget(segment: Segment): void {
    this.#next = this.next;
    this.#segments.splice(this.#segments.indexOf(segment), 1);
  }
}
