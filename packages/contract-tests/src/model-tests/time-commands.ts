import type { AsyncCommand } from 'fast-check';

import type { Trial } from '../trial.js';
import { compare, type PortCall } from './call-command.js';
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

/**
 * Moves the clock to where the next entry expires or the next instance grows stale, a millisecond before, or one
 * after, and looks: where mistakes by one live.
 */
export class AdvanceToEdgeCommand implements AsyncCommand<ModelWorld, Trial> {
  constructor(
    private readonly offsetMs: -1 | 0 | 1,
    private readonly looks: readonly PortCall[],
  ) {}

  check(model: Readonly<ModelWorld>): boolean {
    return model.msToNextEdge() !== undefined;
  }

  async run(model: ModelWorld, trial: Trial): Promise<void> {
    trial.clock.advance(model.msToNextEdge()! + this.offsetMs);
    await compare(model, trial, this.looks);
  }

  toString(): string {
    return `advance to the next expiry ${this.offsetMs < 0 ? '' : '+'}${this.offsetMs} ms`;
  }
}
