import { setTimeout as delay } from 'node:timers/promises';

import type { Fault, FaultCounts } from '@test-coordinator/services';

import { eventually } from './eventually.js';
import type { FaultKind } from './fault-plan.js';
import type { Inflict } from './process-faults.js';
import type { World } from './world.js';

/** A coordinator that is away or has just come back may need a while to say anything to PostgreSQL. */
const PATIENCE_MS = 30_000;
/** Sixteen of them at a time fill 16 MiB in about 20 rounds. */
const PADDING = 50_000;

export const LINK_FAULTS = {
  'connections cut': async (world, forMs) => {
    await onLink(world, 'connections cut', forMs, { kind: 'cut after', bytes: 100, atMost: 20_000 }, 'cut');
  },
  'connections refused': async (world, forMs) => {
    world.link.cut();
    await onLink(world, 'connections refused', forMs, { kind: 'refuse' }, 'refused');
  },
  'replies delayed': async (world, forMs) => {
    await onLink(world, 'replies delayed', forMs, { kind: 'delay', ms: 5, jitterMs: 60 }, 'delayed');
  },
  'replies dropped': async (world, forMs) => {
    await onLink(world, 'replies dropped', forMs, { kind: 'drop replies' }, 'lostReplyBytes');
  },
  'disk full': async (world, forMs) => {
    const { link, disk, api, witness } = world;
    const capacityBefore = api.count('CAPACITY');
    link.inject({ kind: 'refuse' });
    link.cut();
    try {
      let evidence = 'the size limit is reached';
      if (disk.canBeFilled) evidence = disk.fill();
      else world.padding = PADDING;
      const refusals = (): number => api.count('CAPACITY') - capacityBefore;
      if (await eventually(() => refusals() > 0, PATIENCE_MS)) {
        world.padding = 0;
        await delay(forMs);
        witness.saw('disk full', `${evidence}, ${refusals()} calls were refused for it`);
      }
    } finally {
      world.padding = 0;
      disk.empty();
      link.heal();
    }
  },
} satisfies Partial<Record<FaultKind, Inflict>>;

/** Keeps the fault up for so long, and until the link has counted that it did something. */
async function onLink(
  { link, witness }: World,
  kind: FaultKind,
  forMs: number,
  fault: Fault,
  counter: keyof FaultCounts,
): Promise<void> {
  const before = link.counts[counter];
  link.inject(fault);
  try {
    await delay(forMs);
    const amount = (): number => link.counts[counter] - before;
    if (await eventually(() => amount() > 0, PATIENCE_MS)) witness.saw(kind, `${counter} ${amount()}`);
  } finally {
    link.heal();
  }
}
