import { expect } from 'chai';
import type { CallOptions, Repositories } from '@test-coordinator/ports';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { id } = fixtures;
const [RUN, OTHER_RUN] = [id(1), id(2)];
const EVENT = id(1);
/** As locks grant them: microseconds since 1970. Single steps of these need all of a number's digits. */
const LARGE = Number.MAX_SAFE_INTEGER - 7;

/** A state change with a fence. */
type Change = (ports: Repositories, options?: CallOptions) => Promise<unknown>;

const startRun: Change = ({ testRuns }, options) => testRuns.startRun(RUN, options);
const completeRun: Change = ({ testRuns }, options) => testRuns.completeRun(RUN, 'passed', {}, options);
const injected: Change = ({ chaosEvents }, options) => chaosEvents.updateStatus(EVENT, 'injected', options);
const recovered: Change = ({ chaosEvents }, options) => chaosEvents.recordRecovery(EVENT, {}, options);

async function storedRuns({ ports }: Trial): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  for (const runId of [RUN, OTHER_RUN]) await ports.testRuns.create(fixtures.testRun({ runId }));
}

async function storedEvents(trial: Trial): Promise<void> {
  await storedRuns(trial);
  await trial.ports.chaosEvents.create(fixtures.chaosEvent());
  await trial.ports.chaosEvents.create(fixtures.chaosEvent({ eventId: id(2), runId: OTHER_RUN }));
}

/** Holds that a change with this fence is refused, says which one was seen, and changes nothing. */
async function expectStale({ ports }: Trial, change: Change, fence: number, seen: number): Promise<void> {
  const read = async (): Promise<unknown> =>
    snapshot([await ports.testRuns.getRecentRuns(), await ports.chaosEvents?.find({})]);
  const before = await read();
  const error = await expectRefusal(change(ports, { fence }), 'STALE_FENCE');
  expect(error.id, 'id').to.be.a('string');
  expect(error.details, 'details').to.include({ fence: seen });
  expect(await read()).to.deep.equal(before);
}

/** An older fence than one that was seen is refused; the same is not. */
function judged(
  title: string,
  prepare: (trial: Trial) => Promise<void>,
  first: Change,
  second: Change,
): ContractTest {
  return inWorld(title, async (trial) => {
    await prepare(trial);
    await first(trial.ports, { fence: 7 });
    await expectStale(trial, second, 6, 7);
    await second(trial.ports, { fence: 7 });
  });
}

const ENDS: readonly (readonly [method: string, change: Change])[] = [
  ['completeRun', completeRun],
  ['recordCompletion', ({ testRuns }, options) => testRuns.recordCompletion(RUN, 0, 5, options)],
  ['updateStatus', ({ testRuns }, options) => testRuns.updateStatus(RUN, 'error', options)],
  ['a repeated startRun', startRun],
];

const runFences: ContractGroup = {
  subject: 'testRuns',
  concern: 'fences',
  title: 'Given the fences of a run',
  tests: [
    ...ENDS.map(([method, change]) =>
      judged(
        `When ${method} carries an older one than was seen, Then it is STALE_FENCE, says which, and nothing changes`,
        storedRuns,
        startRun,
        change,
      ),
    ),
    inWorld('When a newer one comes, Then the one before it is old from then on', async (trial) => {
      await storedRuns(trial);
      await startRun(trial.ports, { fence: 0 });
      await completeRun(trial.ports, { fence: 8 });
      await expectStale(trial, completeRun, 7, 8);
    }),
    inWorld('When fences are as large as numbers can be, Then they are told apart', async (trial) => {
      await storedRuns(trial);
      await startRun(trial.ports, { fence: LARGE });
      await expectStale(trial, completeRun, LARGE - 1, LARGE);
      await completeRun(trial.ports, { fence: LARGE });
    }),
    inWorld(
      'When a change carries none, Then it is not judged, and the one that was seen stays',
      async (trial) => {
        await storedRuns(trial);
        await startRun(trial.ports, { fence: 7 });
        await completeRun(trial.ports);
        await expectStale(trial, completeRun, 6, 7);
      },
    ),
    inWorld('When a change with a newer one is refused, Then that one does not count', async (trial) => {
      await storedRuns(trial);
      await startRun(trial.ports, { fence: 7 });
      const refused = trial.ports.testRuns.updateStatus(RUN, 'pending', { fence: 9 });
      await expectRefusal(refused, 'ILLEGAL_TRANSITION');
      await completeRun(trial.ports, { fence: 8 });
    }),
    inWorld('When a change with a newer one changes nothing, Then that one does not count', async (trial) => {
      await storedRuns(trial);
      await startRun(trial.ports, { fence: 7 });
      await startRun(trial.ports, { fence: 9 });
      await completeRun(trial.ports, { fence: 8 });
    }),
    inWorld('When another run has seen a newer one, Then this run does not mind', async (trial) => {
      await storedRuns(trial);
      await trial.ports.testRuns.startRun(OTHER_RUN, { fence: 9 });
      await startRun(trial.ports, { fence: 1 });
      await completeRun(trial.ports, { fence: 1 });
    }),
    inWorld('When the run is deleted and recorded again, Then it has seen none', async (trial) => {
      await storedRuns(trial);
      await startRun(trial.ports, { fence: 9 });
      await trial.ports.testRuns.delete(RUN);
      await trial.ports.testRuns.create(fixtures.testRun());
      await startRun(trial.ports, { fence: 1 });
    }),
    inWorld('When two holders write through two clients, Then the old one is refused', async (trial) => {
      await storedRuns(trial);
      const clients = await trial.clients();
      await startRun(clients.at(-1)!, { fence: 7 });
      await expectStale(trial, completeRun, 6, 7);
    }),
  ],
};

const eventFences: ContractGroup = {
  subject: 'chaosEvents',
  concern: 'fences',
  title: 'Given the fences of a run and its events',
  tests: [
    judged(
      'When updateStatus carries an older one than was seen, Then it is STALE_FENCE, says which, and nothing changes',
      storedEvents,
      injected,
      ({ chaosEvents }, options) => chaosEvents.updateStatus(EVENT, 'failed', options),
    ),
    judged(
      'When recordRecovery carries an older one than was seen, Then it is STALE_FENCE, says which, and nothing changes',
      storedEvents,
      injected,
      recovered,
    ),
    inWorld('When the run has seen one, Then its events are judged by it', async (trial) => {
      await storedEvents(trial);
      await startRun(trial.ports, { fence: 7 });
      await expectStale(trial, injected, 6, 7);
      await injected(trial.ports, { fence: 7 });
    }),
    inWorld('When an event has seen one, Then its run is judged by it', async (trial) => {
      await storedEvents(trial);
      await injected(trial.ports, { fence: 7 });
      await expectStale(trial, startRun, 6, 7);
      await startRun(trial.ports, { fence: 7 });
    }),
    inWorld('When one event has seen one, Then another of the run is judged by it', async (trial) => {
      await storedEvents(trial);
      await trial.ports.chaosEvents.create(fixtures.chaosEvent({ eventId: id(3) }));
      await injected(trial.ports, { fence: 7 });
      const other: Change = ({ chaosEvents }, options) =>
        chaosEvents.updateStatus(id(3), 'injected', options);
      await expectStale(trial, other, 6, 7);
    }),
    inWorld('When an event of another run has seen one, Then this one does not mind', async (trial) => {
      await storedEvents(trial);
      await trial.ports.chaosEvents.updateStatus(id(2), 'injected', { fence: 9 });
      await injected(trial.ports, { fence: 1 });
    }),
    inWorld(
      'When a change with a newer one is refused or changes nothing, Then that one does not count',
      async (trial) => {
        await storedEvents(trial);
        await injected(trial.ports, { fence: 7 });
        await injected(trial.ports, { fence: 9 });
        const refused = trial.ports.chaosEvents.updateStatus(EVENT, 'pending', { fence: 9 });
        await expectRefusal(refused, 'ILLEGAL_TRANSITION');
        await recovered(trial.ports, { fence: 8 });
      },
    ),
    inWorld('When a change carries none, Then it is not judged', async (trial) => {
      await storedEvents(trial);
      await injected(trial.ports, { fence: 7 });
      await recovered(trial.ports);
      await expectStale(trial, startRun, 6, 7);
    }),
  ],
};

const unitFences: ContractGroup = {
  subject: 'unitOfWork',
  concern: 'fences',
  title: 'Given a unit whose changes carry fences',
  tests: [
    inWorld('When it is committed, Then they count for all', async (trial) => {
      await storedEvents(trial);
      await trial.ports.unitOfWork.run(async (repositories) => {
        await startRun(repositories, { fence: 7 });
        await injected(repositories, { fence: 8 });
      });
      await expectStale(trial, completeRun, 7, 8);
    }),
    inWorld('When it is given up, Then they do not count', async (trial) => {
      await storedEvents(trial);
      const reason = new Error('given up');
      const unit = trial.ports.unitOfWork.run(async (repositories) => {
        await startRun(repositories, { fence: 9 });
        await injected(repositories, { fence: 9 });
        throw reason;
      });
      expect(await Promise.allSettled([unit])).to.deep.equal([{ status: 'rejected', reason }]);
      await startRun(trial.ports, { fence: 7 });
      await injected(trial.ports, { fence: 8 });
    }),
    inWorld(
      'When it carries an older one than itself, or than was seen, Then nothing of it is stored',
      async (trial) => {
        await storedEvents(trial);
        const run = (...fences: readonly [number, number]): Promise<unknown> =>
          trial.ports.unitOfWork.run(async (repositories) => {
            await startRun(repositories, { fence: fences[0] });
            await injected(repositories, { fence: fences[1] });
          });
        await expectRefusal(run(7, 6), 'STALE_FENCE');
        expect(await trial.ports.testRuns.getById(RUN)).to.include({ status: 'pending' });
        await trial.ports.chaosEvents.updateStatus(EVENT, 'injected', { fence: 7 });
        await expectRefusal(run(6, 6), 'STALE_FENCE');
        expect(await trial.ports.testRuns.getById(RUN)).to.include({ status: 'pending' });
      },
    ),
  ],
};

/** Writes of a holder that has lost its lock change nothing. @param transactions Whether there are units. */
export function recordFenceGroups(transactions: boolean): readonly ContractGroup[] {
  return [runFences, eventFences, ...(transactions ? [unitFences] : [])];
}
