import type { NewScenario, Scenario } from '@test-coordinator/domain';

import { fixtures } from '../fixtures.js';
import type { Trial } from '../trial.js';
import { refusedText, refusedWords, type Findable } from './find-group.js';

const { at } = fixtures;

/** Stored a second apart. The names have what a LIKE pattern and a careless lower-casing would trip over. */
const SCENARIOS: readonly Partial<NewScenario>[] = [
  {
    scenarioId: 'a',
    name: 'Restart the Engine',
    scenarioType: 'service_restart',
    status: 'active',
    servicesUnderTest: ['engine', 'gateway'],
    tags: ['nightly', 'Trading'],
  },
  {
    scenarioId: 'b',
    name: 'Partition exchange 100%',
    scenarioType: 'network_partition',
    servicesUnderTest: ['exchange'],
    tags: ['nightly'],
  },
  {
    scenarioId: 'c',
    name: 'restart_gateway é',
    scenarioType: 'service_restart',
    status: 'active',
    servicesUnderTest: ['gateway'],
  },
  {
    scenarioId: 'd',
    name: 'Temperature 300 \u212a',
    scenarioType: 'combined',
    status: 'archived',
    servicesUnderTest: ['engine'],
    tags: ['Nightly', 'night%'],
  },
];

export async function seedScenarios({ ports, clock }: Trial): Promise<void> {
  for (const fields of SCENARIOS) {
    await ports.scenarios.create(fixtures.scenario(fields));
    clock.advance(1_000);
  }
}

export const scenarioFind: Findable = {
  subject: 'scenarios',
  seed: seedScenarios,
  find: ({ scenarios }, filter, page) => scenarios.find(filter, page),
  nameOf: (record) => (record as Scenario).scenarioId,
  cases: [
    [{}, 'd c b a'],
    [{ statuses: undefined, tag: undefined }, 'd c b a'],
    [{ statuses: ['active'] }, 'c a'],
    [{ statuses: ['archived', 'draft'] }, 'd b'],
    [{ statuses: ['deprecated'] }, ''],
    [{ statuses: [] }, ''],
    [{ types: ['service_restart'] }, 'c a'],
    [{ types: ['combined', 'network_partition', 'combined'] }, 'd b'],
    [{ types: [] }, ''],
    [{ service: 'engine' }, 'd a'],
    [{ service: 'Engine' }, ''],
    [{ service: 'gate' }, ''],
    [{ tag: 'nightly' }, 'b a'],
    [{ tag: 'Nightly' }, 'd'],
    [{ tag: 'night%' }, 'd'],
    [{ text: 'RESTART' }, 'c a'],
    [{ text: 'engine' }, 'a'],
    [{ text: '%' }, 'b'],
    [{ text: '_' }, 'c'],
    [{ text: '\\' }, ''],
    [{ text: 'é' }, 'c'],
    [{ text: 'É' }, ''],
    [{ text: 'k' }, ''],
    [{ text: '\u212a' }, 'd'],
    [{ text: 'restart.gateway' }, ''],
    [{ from: at(1_000), to: at(3_000) }, 'c b'],
    [{ from: at(1_001) }, 'd c'],
    [{ to: at(1_000) }, 'a'],
    [{ from: at(1_000), to: at(1_000) }, ''],
    [{ from: at(3_000), to: at(0) }, ''],
    [
      { statuses: ['active'], types: ['service_restart'], service: 'gateway', tag: 'Trading', text: 'the' },
      'a',
    ],
    [{ statuses: ['active'], tag: 'Nightly' }, ''],
  ],
  shorthands: [
    {
      method: 'getByType',
      filter: { types: ['service_restart'] },
      read: ({ scenarios }, page) => scenarios.getByType('service_restart', page),
      refused: ['scenarioType', ({ scenarios }) => scenarios.getByType('toString' as never)],
    },
    {
      method: 'getByStatus',
      filter: { statuses: ['archived'] },
      read: ({ scenarios }, page) => scenarios.getByStatus('archived', page),
      refused: ['status', ({ scenarios }) => scenarios.getByStatus('Active' as never)],
    },
    {
      method: 'searchByTag',
      filter: { tag: 'nightly' },
      read: ({ scenarios }, page) => scenarios.searchByTag('nightly', page),
      refused: ['tag', ({ scenarios }) => scenarios.searchByTag('')],
    },
    {
      method: 'getActiveScenarios',
      filter: { statuses: ['active'] },
      read: ({ scenarios }, page) => scenarios.getActiveScenarios(page),
    },
    { method: 'listAll', filter: {}, read: ({ scenarios }, page) => scenarios.listAll(page) },
  ],
  refused: [...refusedText('service', 'tag', 'text'), ...refusedWords('statuses', 'types')],
};
