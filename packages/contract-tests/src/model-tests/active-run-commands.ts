import { expect } from 'chai';
import type { ActiveRunEvent } from '@test-coordinator/ports';
import fc from 'fast-check';

import { Watcher } from '../active-runs/watcher.js';
import type { ClockCapability } from '../adapter-harness.js';
import { fixtures } from '../fixtures.js';
import type { Trial } from '../trial.js';
import { comparable } from './call-command.js';
import { asCommand, calls, few, fields, walks, type PortCommand } from './command-arbitraries.js';
import { MODEL_SETTINGS, type ModelWorld } from './model-world.js';
import { AdvanceCommand, AdvanceToEdgeCommand } from './time-commands.js';

const RUN_IDS = [1, 2, 3].map(fixtures.id);
const runId = few(...RUN_IDS);

/** What an event says, without the id, which is the adapter's own affair. */
function told(event: ActiveRunEvent): unknown {
  return event.kind === 'published' ? { kind: event.kind, run: comparable(event.run) } : { ...event, id: '' };
}

/** A watcher starts, or resumes after what one has seen before, reads all that is due, and leaves. */
class ReadOnCommand implements fc.AsyncCommand<ModelWorld, Trial> {
  check({ seen, activeRuns }: Readonly<ModelWorld>): boolean {
    return (seen?.place ?? -1) < activeRuns.events.length - 1;
  }

  async run(model: ModelWorld, { ports }: Trial): Promise<void> {
    const { seen, activeRuns } = model;
    const due = seen === undefined ? activeRuns.inOrder() : activeRuns.events.slice(seen.place + 1);
    await using watcher = new Watcher(ports, { after: seen?.id });
    const events = await watcher.take(due.length);
    expect(events.map(told), this.toString()).to.deep.equal(due.map(told));
    const last = events.at(-1);
    if (last !== undefined) model.seen = { id: last.id, place: activeRuns.placeOf(due.at(-1)!.id)! };
  }

  toString(): string {
    return 'read on';
  }
}

export function activeRunCommands({ kind }: ClockCapability): readonly fc.Arbitrary<PortCommand>[] {
  const version = few(1, 2, 3, 2 ** 51);
  const progress = fc
    .tuple(
      few('injecting', 'recovering'),
      fields({ progress: few(0, 0.5, null), message: few('text', null), counters: few({ a: 1 }, { b: 2 }) }),
      // Which version a store gives by its own clock, no model knows.
      kind === 'manual' ? fields({ version }) : fc.record({ version }, { noNullPrototype: true }),
    )
    .map(([phase, rest, chosen]) => ({ phase, ...rest, ...chosen }));
  const publishes = asCommand(calls('activeRuns', 'publish', runId, progress));
  const looks = RUN_IDS.map((id) => ({ port: 'activeRuns' as const, method: 'get', values: [id] }));
  const time = [
    few(1, MODEL_SETTINGS.activeRunTtlMs / 2).map((ms): PortCommand => new AdvanceCommand(ms)),
    few<-1 | 0 | 1>(-1, 0, 1).map((offset): PortCommand => new AdvanceToEdgeCommand(offset, looks)),
  ];
  return [
    publishes,
    publishes,
    asCommand(calls('activeRuns', 'clear', runId)),
    walks('activeRuns', 'list'),
    fc.constant(new ReadOnCommand()),
    ...(kind === 'manual' ? time : []),
  ];
}
