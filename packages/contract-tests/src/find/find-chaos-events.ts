import type { ChaosEvent, NewChaosEvent } from '@test-coordinator/domain';

import { fixtures } from '../fixtures.js';
import type { Trial } from '../trial.js';
import { refusedText, refusedWords, type Findable } from './find-group.js';
import { seedRuns } from './find-test-runs.js';

const { at, id } = fixtures;

/** Events of the runs 1 (scenario a, staging), 2 (a, Staging) and 5 (d, none); their ids rise in this order. */
const EVENTS: readonly Partial<NewChaosEvent>[] = [
  { runId: id(1), eventType: 'service_kill', targetService: 'engine', injectedAt: at(0), status: 'injected' },
  {
    runId: id(2),
    eventType: 'clock_skew',
    targetService: 'engine',
    injectedAt: at(1_000),
    status: 'in_progress',
  },
  {
    runId: id(1),
    eventType: 'service_kill',
    targetService: 'Engine',
    injectedAt: at(2_000),
    status: 'recovered',
  },
  { runId: id(5), eventType: 'cpu_stress', targetService: 'gateway', injectedAt: at(3_000) },
  { runId: id(1), eventType: 'cpu_stress', targetService: 'engine', injectedAt: at(-1), status: 'failed' },
];

const NAMES = ['p', 'q', 'r', 's', 't'] as const;

async function seed(trial: Trial): Promise<void> {
  await seedRuns(trial);
  for (const index of [2, 4, 0, 3, 1]) {
    await trial.ports.chaosEvents.create(fixtures.chaosEvent({ eventId: id(index + 1), ...EVENTS[index] }));
  }
}

export const chaosEventFind: Findable = {
  subject: 'chaosEvents',
  seed,
  find: ({ chaosEvents }, filter, page) => chaosEvents.find(filter, page),
  nameOf: (record) => NAMES.find((_, index) => id(index + 1) === (record as ChaosEvent).eventId)!,
  cases: [
    [{}, 't s r q p'],
    [{ runId: id(1) }, 'p r t'],
    [{ runId: id(99) }, ''],
    [{ runId: undefined }, 't s r q p'],
    [{ scenarioId: 'a' }, 't r q p'],
    [{ scenarioId: 'd' }, 's'],
    [{ scenarioId: 'b' }, ''],
    [{ statuses: ['injected', 'in_progress'] }, 'q p'],
    [{ statuses: ['pending'] }, 's'],
    [{ statuses: [] }, ''],
    [{ types: ['cpu_stress'] }, 't s'],
    [{ types: ['cpu_stress', 'clock_skew'] }, 't s q'],
    [{ types: [] }, ''],
    [{ service: 'engine' }, 't q p'],
    [{ service: 'Engine' }, 'r'],
    [{ environment: 'staging' }, 't r p'],
    [{ environment: 'Staging' }, 'q'],
    [{ from: at(0), to: at(2_000) }, 'q p'],
    [{ from: at(2_000) }, 's r'],
    [{ to: at(0) }, 't'],
    [{ from: at(0), to: at(0) }, ''],
    [{ runId: id(1), types: ['service_kill'], from: at(0) }, 'p r'],
    [{ runId: id(1), scenarioId: 'd' }, ''],
    [{ scenarioId: 'a', environment: 'staging', service: 'engine', statuses: ['failed', 'injected'] }, 't p'],
  ],
  shorthands: [
    {
      method: 'getByRun',
      filter: { runId: id(1) },
      read: ({ chaosEvents }, page) => chaosEvents.getByRun(id(1), page),
      refused: ['runId', ({ chaosEvents }) => chaosEvents.getByRun('run-1')],
    },
    {
      method: 'getByType',
      filter: { types: ['service_kill'] },
      read: ({ chaosEvents }, page) => chaosEvents.getByType('service_kill', page),
      refused: ['eventType', ({ chaosEvents }) => chaosEvents.getByType('kill' as never)],
    },
    {
      method: 'getByService',
      filter: { service: 'engine' },
      read: ({ chaosEvents }, page) => chaosEvents.getByService('engine', page),
      refused: ['targetService', ({ chaosEvents }) => chaosEvents.getByService('')],
    },
    {
      method: 'getActiveEvents',
      filter: { statuses: ['injected', 'in_progress'] },
      read: ({ chaosEvents }, page) => chaosEvents.getActiveEvents(page),
    },
  ],
  refused: [
    ['runId', 'run-1'],
    ['scenarioId', 'a b'],
    ...refusedText('service', 'environment'),
    ...refusedWords('statuses', 'types'),
  ],
};
