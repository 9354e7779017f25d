import type { AsyncCommand } from 'fast-check';

import type { Trial } from '../trial.js';
import type { ModelWorld } from './model-world.js';

/** Moves the clock that adapter and model share. */
export class AdvanceCommand implements AsyncCommand<ModelWorld, Trial> {
  constructor(private readonly ms: number) {}

  check(): boolean {
    return true;
  }

  run(_model: ModelWorld, { clock }: Trial): Promise<void> {
    clock.advance(this.ms);
    return Promise.resolve();
  }

  toString(): string {
    return `advance ${this.ms} ms`;
  }
}

/** Moves the clock to where the next cache entry expires, a millisecond before, or one after: where mistakes by one live. */
export class AdvanceToExpiryCommand implements AsyncCommand<ModelWorld, Trial> {
  constructor(private readonly offsetMs: -1 | 0 | 1) {}

  check({ cache }: Readonly<ModelWorld>): boolean {
    return cache.msToNextExpiry() !== undefined;
  }

  run({ cache }: ModelWorld, { clock }: Trial): Promise<void> {
    clock.advance(cache.msToNextExpiry()! + this.offsetMs);
    return Promise.resolve();
  }

  toString(): string {
    return `advance to the next expiry ${this.offsetMs < 0 ? '' : '+'}${this.offsetMs} ms`;
  }
}
