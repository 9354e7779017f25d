import { expect } from 'chai';
import type { Lease, LockRequest, LockState } from '@test-coordinator/ports';
import fc from 'fast-check';

import type { ClockCapability } from '../adapter-harness.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';
import { few, fields, type PortCommand } from './command-arbitraries.js';
import type { ModelWorld } from './model-world.js';
import { AdvanceCommand, AdvanceToEdgeCommand } from './time-commands.js';

/** A lease of the adapter, beside the fence that the model gave for it. */
export interface ModelledLease {
  readonly lease: Lease;
  readonly fence: number;
  readonly ttlMs: number;
  /** What ended it, once something has. */
  end?: 'STALE_FENCE' | 'CLOSED';
  /** What it was released with, once it was. */
  released?: boolean;
}

type Run = (model: ModelWorld, trial: Trial) => Promise<void>;

/** One step on a lock, after which the store is asked who holds it. */
function command(resource: string, text: string, run: Run): PortCommand {
  return {
    check: () => true,
    async run(model, trial) {
      await run(model, trial);
      await expectSameHolder(model, trial, resource);
    },
    toString: () => text,
  };
}

/** A step on one of the leases that were granted so far. */
function leaseCommand(
  which: number,
  text: string,
  run: (model: ModelWorld, held: ModelledLease) => Promise<void>,
): PortCommand {
  const chosen = ({ leases }: Readonly<ModelWorld>): ModelledLease => leases[which % leases.length]!;
  return {
    check: ({ leases }) => leases.length > 0,
    async run(model, trial) {
      await run(model, chosen(model));
      await expectSameHolder(model, trial, chosen(model).lease.resource);
    },
    toString: () => `${text} lease ${which}`,
  };
}

/** Fences are compared as a lease's with the store's: an adapter may leave some out, a model does not. */
async function expectSameHolder(model: ModelWorld, trial: Trial, resource: string): Promise<void> {
  const [state, expected] = [
    await trial.ports.executionLocks.inspect(resource),
    model.locks.inspect(resource),
  ];
  const held = model.leases.find(
    ({ lease, fence }) => lease.resource === resource && fence === expected?.fence,
  );
  const plain = (lock: LockState | null, fence: number | undefined): unknown =>
    lock && { ...lock, fence, ...(!trial.isClockManual && { acquiredAt: 0, expiresAt: 0 }) };
  expect(plain(state, state?.fence), `holder of ${resource}`).to.deep.equal(
    plain(expected, held?.lease.fence),
  );
}

function acquire(resource: string, request: LockRequest): PortCommand {
  return command(resource, `acquire ${resource} ${JSON.stringify(request)}`, async (model, trial) => {
    const { executionLocks } = trial.ports;
    const expected = model.locks.grant(resource, { ...request, fenceAbove: request.fenceAbove ?? 0 });
    if ('heldBy' in expected) {
      const { details } = await expectRefusal(executionLocks.acquire(resource, request), 'LOCK_HELD');
      expect(details).to.include({ owner: expected.heldBy.owner });
      if (trial.isClockManual) expect(details).to.include({ expiresInMs: expected.heldBy.expiresInMs });
      return;
    }
    const lease = await executionLocks.acquire(resource, request);
    for (const { lease: before } of model.leases)
      if (before.resource === resource) expect(lease.fence, 'fence').to.be.above(before.fence);
    expect(lease.fence, 'fence').to.be.above(request.fenceAbove ?? 0);
    model.leases.push({ lease, fence: expected.fence, ttlMs: request.ttlMs });
  });
}

function renew(which: number): PortCommand {
  return leaseCommand(which, 'renew', async (model, held) => {
    const { lease, fence, ttlMs } = held;
    const expiresAt = held.end === undefined ? model.locks.renew(lease.resource, fence, ttlMs) : null;
    if (expiresAt !== null) await lease.renew();
    else await expectRefusal(lease.renew(), (held.end ??= 'STALE_FENCE'));
    expect(lease.signal.aborted, 'that the signal is aborted').to.equal(expiresAt === null);
  });
}

function release(which: number): PortCommand {
  return leaseCommand(which, 'release', async (model, held) => {
    held.end ??= 'CLOSED';
    held.released ??= model.locks.release(held.lease.resource, held.fence);
    expect(await held.lease.release(), 'whether it was held').to.equal(held.released);
  });
}

/** Ttls that no renewal by itself comes into while a run lasts, and steps in time that meet them from below. */
const TTLS_MS = [60_000, 90_000];
const resource = few('a', 'A', 'b');
const which = fc.nat({ max: 9 });

export function lockCommands({ kind }: ClockCapability): readonly fc.Arbitrary<PortCommand>[] {
  const request = fc
    .tuple(few('ada', 'bob'), few(...TTLS_MS), fields({ fenceAbove: few(0, 2 ** 40, 2 ** 51) }))
    .map(([owner, ttlMs, rest]) => ({ owner, ttlMs, ...rest }));
  const acquires = fc.tuple(resource, request).map(([name, asked]) => acquire(name, asked));
  const time = [
    few(1, 30_000, 60_000).map((ms): PortCommand => new AdvanceCommand(ms)),
    few<-1 | 0 | 1>(-1, 0, 1).map((offset): PortCommand => new AdvanceToEdgeCommand(offset, [])),
  ];
  return [
    acquires,
    acquires,
    which.map(renew),
    which.map(release),
    resource.map((name) => command(name, `inspect ${name}`, () => Promise.resolve())),
    ...(kind === 'manual' ? time : []),
  ];
}
