import { expect } from 'chai';

import type { Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { at, id } = fixtures;

type Plain = Readonly<Record<string, unknown>>;

/** A state machine of one port, written out by hand: the table in the domain is what is under test. */
interface Machine {
  readonly subject: 'scenarios' | 'testRuns' | 'chaosEvents';
  readonly statuses: readonly string[];
  /** `pending → running`: every legal move. */
  readonly legal: readonly string[];
  /** Stores a record in the status, and answers with its id. */
  create(ports: Ports, status: string): Promise<string>;
  move(ports: Ports, id: string, status: string): Promise<object>;
  read(ports: Ports, id: string): Promise<object | null>;
  /** The fields that the move sets besides status and version. */
  set(trial: Trial, status: string): Plain;
}

const FINAL_RUN = ['passed', 'failed', 'error', 'cancelled', 'timeout'];
/** How long ago the runs and events of this group began. */
const BEGAN_MS = 1_234;

const machines: readonly Machine[] = [
  {
    subject: 'scenarios',
    statuses: ['draft', 'active', 'archived', 'deprecated'],
    legal: [
      'draft → active',
      'draft → archived',
      'active → deprecated',
      'active → archived',
      'deprecated → active',
      'deprecated → archived',
      'archived → active',
    ],
    async create({ scenarios }, status) {
      return (await scenarios.create(fixtures.fullScenario({ status: status as 'draft' }))).scenarioId;
    },
    move: ({ scenarios }, scenarioId, status) => scenarios.updateStatus(scenarioId, status as 'draft'),
    read: ({ scenarios }, scenarioId) => scenarios.getById(scenarioId),
    set: ({ clock }) => ({ updatedAt: clock.now() }),
  },
  {
    subject: 'testRuns',
    statuses: ['pending', 'running', ...FINAL_RUN],
    legal: ['running', ...FINAL_RUN]
      .map((to) => `pending → ${to}`)
      .concat(FINAL_RUN.map((to) => `running → ${to}`)),
    async create({ scenarios, testRuns }, status) {
      await scenarios.create(fixtures.scenario());
      const run = fixtures.testRun({ status: status as 'pending', startedAt: at(-BEGAN_MS), exitCode: 7 });
      return (await testRuns.create(run)).runId;
    },
    move: ({ testRuns }, runId, status) => testRuns.updateStatus(runId, status as 'pending'),
    read: ({ testRuns }, runId) => testRuns.getById(runId),
    set: ({ clock }, status) => {
      const now = clock.now();
      if (status === 'running') return { updatedAt: now };
      return { updatedAt: now, completedAt: now, durationMs: now.getTime() - at(-BEGAN_MS).getTime() };
    },
  },
  {
    subject: 'chaosEvents',
    statuses: ['pending', 'injected', 'in_progress', 'recovered', 'failed'],
    legal: [
      'pending → injected',
      'pending → failed',
      'injected → in_progress',
      'injected → recovered',
      'injected → failed',
      'in_progress → recovered',
      'in_progress → failed',
    ],
    async create({ scenarios, testRuns, chaosEvents }, status) {
      await scenarios.create(fixtures.scenario());
      await testRuns.create(fixtures.testRun());
      const event = fixtures.chaosEvent({ status: status as 'pending', injectedAt: at(-BEGAN_MS) });
      return (await chaosEvents.create(event)).eventId;
    },
    move: ({ chaosEvents }, eventId, status) => chaosEvents.updateStatus(eventId, status as 'pending'),
    read: ({ chaosEvents }, eventId) => chaosEvents.getById(eventId),
    set: ({ clock }, status) =>
      status === 'recovered'
        ? { recoveredAt: clock.now(), recoveryTimeMs: clock.now().getTime() - at(-BEGAN_MS).getTime() }
        : {},
  },
];

function machineGroup(machine: Machine): ContractGroup {
  const { subject, statuses, legal } = machine;
  const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));
  return {
    subject,
    concern: 'states',
    title: 'Given a record in each status',
    tests: [
      ...pairs.map(([from, to]) => {
        const isLegal = legal.includes(`${from} → ${to}`);
        const outcome = from === to ? 'nothing changes' : isLegal ? 'it moves' : 'it is ILLEGAL_TRANSITION';
        return inWorld(`When it is ${from} and is told ${to}, Then ${outcome}`, async (trial) => {
          const { ports } = trial;
          const recordId = await machine.create(ports, from);
          const before = snapshot(await machine.read(ports, recordId)) as Plain;
          trial.clock.advance(9);
          const call = machine.move(ports, recordId, to);
          if (from === to) expect(snapshot(await call)).to.deep.equal(before);
          else if (!isLegal) await expectRefusal(call, 'ILLEGAL_TRANSITION', { id: recordId });
          const moved = { ...before, status: to, version: 2, ...machine.set(trial, to) };
          if (isLegal) expect(snapshot(await call)).to.deep.equal(moved);
          expect(snapshot(await machine.read(ports, recordId))).to.deep.equal(isLegal ? moved : before);
        });
      }),
      inWorld('When there is no such record, Then it is NOT_FOUND', async ({ ports }) => {
        const unknown = subject === 'scenarios' ? 'unheard-of' : id(99);
        for (const status of statuses) {
          await expectRefusal(machine.move(ports, unknown, status), 'NOT_FOUND', { id: unknown });
        }
      }),
      inWorld(
        'When it is told what is no status, or the id is none, Then it is INVALID_ARGUMENT',
        async (trial) => {
          const recordId = await machine.create(trial.ports, statuses[0]!);
          const before = snapshot(await machine.read(trial.ports, recordId));
          for (const status of ['', 'done', 'ACTIVE', 'toString', null, undefined, 3]) {
            const call = machine.move(trial.ports, recordId, status as string);
            await expectRefusal(call, 'INVALID_ARGUMENT', { path: 'status' });
          }
          await expectRefusal(machine.move(trial.ports, 'a b', statuses[1]!), 'INVALID_ARGUMENT');
          expect(snapshot(await machine.read(trial.ports, recordId))).to.deep.equal(before);
        },
      ),
    ],
  };
}

/** All pairs of statuses of the three state machines. */
export const stateGroups: readonly ContractGroup[] = machines.map(machineGroup);
