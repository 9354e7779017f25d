import { FAULT_KINDS, type FaultKind } from './fault-plan.js';

/** Keeps count of the faults that were seen to happen, each by its own evidence, and the story in order. */
export class Witness {
  readonly #seen = new Map<FaultKind, number>();
  readonly #trace: string[] = [];
  readonly #start = performance.now();

  saw(kind: FaultKind, evidence: string): void {
    this.#seen.set(kind, this.times(kind) + 1);
    this.note(`${kind}: ${evidence}`);
  }

  /** Part of the story, and evidence of nothing. */
  note(what: string): void {
    this.#trace.push(`${((performance.now() - this.#start) / 1e3).toFixed(2)} s  ${what}`);
  }

  times(kind: FaultKind): number {
    return this.#seen.get(kind) ?? 0;
  }

  unseen(): readonly FaultKind[] {
    return FAULT_KINDS.filter((kind) => this.times(kind) === 0);
  }

  get trace(): readonly string[] {
    return this.#trace;
  }
}
