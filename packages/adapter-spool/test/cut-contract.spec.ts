import { CONDUCT, isSpooled, type RecordPorts } from '@test-coordinator/adapter-spool';
import {
  referenceHarness,
  runContractGroup,
  type AdapterHarness,
  type GroupName,
} from '@test-coordinator/contract-tests';
import { expect } from 'chai';

import { RECORD_PORT_NAMES, SpooledWorld } from './spooled-worlds.js';

const OPTIONS = { seed: 5, runs: 3, timeoutMs: 30_000 };

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * What only the store can tell while it is away, group by group: unknown parents and records, what a record was created
 * with before it moved on, fences of before. It judges them when it is back, and what it refuses is kept among the dead
 * letters. Every other test of a group must pass.
 */
const JUDGED_LATER: { readonly [Group in GroupName]: readonly string[] } = {
  'scenarios/round trip': [],
  'scenarios/aliasing': [],
  'scenarios/identity': [
    'When it moved on and is created again as it is now, Then that is ALREADY_EXISTS: what counts is what was given',
  ],
  'scenarios/validation': [],
  'scenarios/removal': [],
  'testRuns/round trip': [],
  'testRuns/aliasing': [],
  'testRuns/identity': [
    'When it moved on and is created again as it is now, Then that is ALREADY_EXISTS: what counts is what was given',
  ],
  'testRuns/validation': [],
  'testRuns/states': ['When there is no such record, Then it is NOT_FOUND'],
  'testRuns/completion': ['When there is no such run, Then it is NOT_FOUND'],
  'testRuns/fences': [
    ...['completeRun', 'recordCompletion', 'updateStatus', 'a repeated startRun'].map(carriesOlder),
    'When a newer one comes, Then the one before it is old from then on',
    'When fences are as large as numbers can be, Then they are told apart',
    'When a change carries none, Then it is not judged, and the one that was seen stays',
    'When two holders write through two clients, Then the old one is refused',
  ],
  'testRuns/references': [
    'When a run names an unknown scenario, Then it is REFERENCE_VIOLATION and none is stored',
  ],
  'testRuns/pass rate': [],
  'testRuns/durations': [],
  'testRuns/races': [],
  'chaosEvents/round trip': [],
  'chaosEvents/identity': [
    'When it moved on and is created again as it is now, Then that is ALREADY_EXISTS: what counts is what was given',
  ],
  'chaosEvents/states': ['When there is no such record, Then it is NOT_FOUND'],
  'chaosEvents/recovery': ['When there is no such event, Then it is NOT_FOUND'],
  'chaosEvents/fences': [
    ...['updateStatus', 'recordRecovery'].map(carriesOlder),
    'When the run has seen one, Then its events are judged by it',
    'When an event has seen one, Then its run is judged by it',
    'When one event has seen one, Then another of the run is judged by it',
    'When a change carries none, Then it is not judged',
  ],
  'chaosEvents/references': ['When it is recorded, Then it is REFERENCE_VIOLATION and none is stored'],
  'chaosEvents/recovery times': [],
  'chaosEvents/recovery races': [],
  'testResults/identity': [],
  'testResults/references': [
    'When it is recorded, Then it is REFERENCE_VIOLATION and none is stored',
    'When its run was removed, Then it is REFERENCE_VIOLATION',
  ],
  'testResults/statistics': [],
  'testResults/bulk': [
    'When one of it belongs to an unknown run, Then it is REFERENCE_VIOLATION and none is stored',
  ],
  'testResults/bulk races': [],
  'auditLog/appending': [
    'When a sequence holds another content, Then it is ALREADY_EXISTS and nothing of the batch is stored',
    'When an entry id is that of another entry, Then it is ALREADY_EXISTS',
  ],
  'auditLog/races': [],
};

function carriesOlder(method: string): string {
  return `When ${method} carries an older one than was seen, Then it is STALE_FENCE, says which, and nothing changes`;
}

const spooledCalls = new Set<string>();

/** The store is cut off for every call of a spooled method; when none is under way it is healed, and takes what waits. */
const cutHarness: AdapterHarness = {
  ...referenceHarness({
    ports: RECORD_PORT_NAMES,
    durable: { no: 'not asked for here' },
    shared: { no: 'a spool belongs to one process' },
    interruptible: { no: 'it is cut off all the time' },
  }),
  name: 'spooled reference, cut off for each write',
  openWorld: async ({ clock, ids }) => {
    const world = await SpooledWorld.open({ clock, ids });
    let underWay = 0;
    const whileCut =
      (name: string, method: Method): Method =>
      async (...args) => {
        world.cutStore();
        underWay += 1;
        try {
          const answer = await method(...args);
          if (isSpooled(answer as object)) spooledCalls.add(name);
          return answer;
        } finally {
          underWay -= 1;
          if (underWay === 0) await world.drain();
        }
      };
    const ports = Object.fromEntries(
      RECORD_PORT_NAMES.map((port) => {
        const target = world.ports[port] as unknown as Readonly<Record<string, Method>>;
        const methods = Object.entries<string>(CONDUCT[port]).map(([name, conduct]) => {
          const method: Method = (...args) => target[name]!(...args);
          return [name, conduct === 'spooled' ? whileCut(`${port}.${name}`, method) : method];
        });
        return [port, Object.fromEntries(methods) as unknown];
      }),
    ) as unknown as RecordPorts;
    return { ports, lifecycle: world.lifecycle, close: () => world.close() };
  },
};

describe('Given a store that is cut off for each call of a spooled method, and healed after it', () => {
  for (const [group, judgedLater] of Object.entries<readonly string[]>(JUDGED_LATER)) {
    it(`When the contract of ${group} runs, Then all of it holds but for what only the store can tell`, async () => {
      const { passed, failed } = await runContractGroup(cutHarness, group as GroupName, OPTIONS);

      const others = failed.filter(({ title }) => !judgedLater.includes(title));
      if (others.length > 0) throw others[0]!.reason;
      expect(failed.map(({ title }) => title).toSorted()).to.deep.equal(judgedLater.toSorted());
      expect(passed.length).to.be.at.least(1 - judgedLater.length);
    });
  }

  it('When all of them have run, Then every spooled method was answered by the spool', () => {
    const spooled = RECORD_PORT_NAMES.flatMap((port) =>
      Object.entries<string>(CONDUCT[port])
        .filter(([, conduct]) => conduct === 'spooled')
        .map(([name]) => `${port}.${name}`),
    );
    // Both are many calls; a unit that waits has tests of its own.
    expect(spooled.filter((name) => !spooledCalls.has(name))).to.deep.equal([
      'testResults.importAll',
      'unitOfWork.run',
      // Answers with nothing that could be marked: it has a test of its own too.
      'auditLog.append',
    ]);
  });
});
