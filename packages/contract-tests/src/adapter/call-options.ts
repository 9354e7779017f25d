import { expect } from 'chai';
import type { CallOptions } from '@test-coordinator/ports';

import type { PortName, Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import { portCalls, prepareEverything, readEverything } from '../port-calls.js';
import { snapshot } from '../snapshot.js';

export type NamedCall = readonly [
  method: string,
  call: (ports: Ports, options?: CallOptions) => Promise<unknown>,
];

/** One call of every method of the port. */
export function callsOf<Name extends PortName>(name: Name): readonly NamedCall[] {
  const calls = Object.entries(portCalls[name]) as [
    string,
    (port: Ports[Name], options?: CallOptions) => Promise<unknown>,
  ][];
  return calls.map(([method, call]) => [method, (ports, options) => call(ports[name], options)]);
}

/** The state changes that a fence guards, by port. */
const FENCED: Partial<Record<PortName, readonly string[]>> = {
  testRuns: ['startRun', 'completeRun', 'recordCompletion', 'updateStatus'],
  chaosEvents: ['updateStatus', 'recordRecovery'],
};

/** A watch ends without an error when its signal aborts; its own group holds it to that. */
const ENDED_BY_SIGNAL: Partial<Record<PortName, readonly string[]>> = { activeRuns: ['watch'] };

export function callOptionsGroup(subject: PortName): ContractGroup {
  const fenced = callsOf(subject).filter(([method]) => FENCED[subject]?.includes(method));
  const refused = callsOf(subject).filter(([method]) => !ENDED_BY_SIGNAL[subject]?.includes(method));
  return {
    subject,
    concern: 'call options',
    title: 'Given the options of a call',
    tests: [
      ...refused.map(([method, call]) =>
        inWorld(
          `When the signal of ${method} is aborted already, Then it rejects with the reason and nothing changes`,
          async ({ ports, world }) => {
            await prepareEverything(world.ports);
            const before = snapshot(await readEverything(world.ports));
            const reason = new Error('the caller went away');
            const [settled] = await Promise.allSettled([call(ports, { signal: AbortSignal.abort(reason) })]);
            expect(settled).to.deep.equal({ status: 'rejected', reason });
            expect(snapshot(await readEverything(world.ports))).to.deep.equal(before);
          },
        ),
      ),
      ...callsOf(subject).map(([method, call]) =>
        inWorld(
          `When ${method} is told signal, actor and request, Then it answers as without`,
          async (trial) => {
            await prepareEverything(trial.world.ports);
            await call(trial.ports, { signal: new AbortController().signal, actor: 'ada', requestId: 'r-1' });
          },
        ),
      ),
      ...fenced.map(([method, call]) =>
        inWorld(
          `When ${method} carries what is no fence, Then it is INVALID_ARGUMENT and nothing changes`,
          async (trial) => {
            await prepareEverything(trial.world.ports);
            const before = snapshot(await readEverything(trial.world.ports));
            for (const fence of [-1, 1.5, Number.NaN, 2 ** 53, '1' as unknown as number]) {
              await expectRefusal(call(trial.ports, { fence }), 'INVALID_ARGUMENT', { path: 'fence' });
            }
            expect(snapshot(await readEverything(trial.world.ports))).to.deep.equal(before);
          },
        ),
      ),
    ],
  };
}
