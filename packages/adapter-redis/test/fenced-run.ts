import { DataAdapterError } from '@test-coordinator/ports';

/** A run as a store of records keeps it: what is done to it carries a fence, and an older one than before is refused. */
export class FencedRun {
  readonly #injected: number[] = [];

  /** The fences in whose name faults were put in place, in that order. */
  get injected(): readonly number[] {
    return this.#injected;
  }

  async inject(fence: number): Promise<void> {
    const newest = this.#injected.at(-1) ?? 0;
    if (fence < newest) throw new DataAdapterError('STALE_FENCE', 'somebody else has the run now');
    this.#injected.push(fence);
  }
}
