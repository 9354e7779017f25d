import { expect } from 'chai';
import type { AsyncCommand } from 'fast-check';

import { asDataAdapterError } from '../outcome.js';
import type { Trial } from '../trial.js';
import { askAdapter, askModel, expectSame, type PortCall } from './call-command.js';
import type { ModelWorld } from './model-world.js';

/** Several writes in one unit of work, which then commits or is given up. */
export class UnitCommand implements AsyncCommand<ModelWorld, Trial> {
  constructor(
    private readonly writes: readonly PortCall[],
    private readonly givesUp: boolean,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: ModelWorld, { ports }: Trial): Promise<void> {
    const before = model.state.copy();
    const gaveUp = new Error('given up');
    let refused: readonly string[] | undefined;
    const unit = ports.unitOfWork.run(async (repositories) => {
      for (const call of this.writes) {
        const expected = askModel(model, call);
        expectSame(call, await askAdapter(repositories, call), expected);
        if ('codes' in expected) {
          refused = expected.codes;
          return;
        }
      }
      if (this.givesUp) throw gaveUp;
    });
    const [settled] = await Promise.allSettled([unit]);
    if (refused === undefined && !this.givesUp) {
      if (settled.status === 'rejected') throw settled.reason;
      return;
    }
    Object.assign(model.state, before);
    if (settled.status === 'fulfilled') throw new Error(`the unit was committed: ${this.toString()}`);
    if (refused === undefined) expect(settled.reason).to.equal(gaveUp);
    else if (settled.reason instanceof Error && settled.reason.name === 'AssertionError')
      throw settled.reason;
    else expect(refused).to.include(asDataAdapterError(settled.reason).code);
  }

  toString(): string {
    const calls = this.writes.map(
      ({ port, method, values }) => `${port}.${method}(${JSON.stringify(values)})`,
    );
    return `unit [${calls.join('; ')}]${this.givesUp ? ' given up' : ''}`;
  }
}
