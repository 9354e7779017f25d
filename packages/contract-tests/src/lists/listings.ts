import type {
  AssertionHistory,
  AuditEntry,
  ChaosEvent,
  ComparedAssertion,
  Scenario,
  ServiceInfo,
  TestResult,
  TestRun,
} from '@test-coordinator/domain';

import type { ActiveRun, Page } from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import { fixtures } from '../fixtures.js';
import type { Listing } from './listing.js';

const { id } = fixtures;

/** Readable ids whose order is not that of n, and in which a capital and a digit sort before small letters. */
function readableId(n: number): string {
  return `${['a', 'Z', '9', 'b'][n % 4]!}-${(n * 7919) % 10_007}`;
}

async function prepareRuns(ports: Ports): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun({ runId: id(1_001) }));
  await ports.testRuns.create(fixtures.testRun({ runId: id(1_002) }));
}

const scenarioItems = {
  subject: 'scenarios',
  order: 'time',
  prepare: () => Promise.resolve(),
  idOf: readableId,
  add: ({ scenarios }, n) => scenarios.create(fixtures.scenario({ scenarioId: readableId(n) })),
  remove: ({ scenarios }, n) => scenarios.delete(readableId(n)),
  idIn: (item) => (item as Scenario).scenarioId,
} satisfies Partial<Listing>;

const runItems = {
  subject: 'testRuns',
  order: 'id',
  prepare: async ({ scenarios }) => void (await scenarios.create(fixtures.scenario())),
  idOf: id,
  add: ({ testRuns }, n) => testRuns.create(fixtures.testRun({ runId: id(n) })),
  remove: ({ testRuns }, n) => testRuns.delete(id(n)),
  idIn: (item) => (item as TestRun).runId,
} satisfies Partial<Listing>;

const eventItems = {
  subject: 'chaosEvents',
  order: 'id',
  prepare: prepareRuns,
  idOf: id,
  idIn: (item) => (item as ChaosEvent).eventId,
} satisfies Partial<Listing>;

const resultItems = {
  subject: 'testResults',
  order: 'id',
  prepare: prepareRuns,
  idOf: id,
  idIn: (item) => (item as TestResult).resultId,
} satisfies Partial<Listing>;

const serviceItems = {
  subject: 'serviceDiscovery',
  order: 'time',
  prepare: () => Promise.resolve(),
  idOf: readableId,
  add: ({ serviceDiscovery }, n) => serviceDiscovery.register(fixtures.service({ serviceId: readableId(n) })),
  remove: ({ serviceDiscovery }, n) => serviceDiscovery.deregister(readableId(n)),
  idIn: (item) => (item as ServiceInfo).serviceId,
} satisfies Partial<Listing>;

const activeItems = {
  subject: 'activeRuns',
  order: 'id',
  prepare: () => Promise.resolve(),
  idOf: id,
  add: ({ activeRuns }, n) => activeRuns.publish(id(n), fixtures.progress()),
  remove: ({ activeRuns }, n) => activeRuns.clear(id(n)),
  idIn: (item) => (item as ActiveRun).runId,
} satisfies Partial<Listing>;

/** Each in a chain of its own: what counts is the id, whatever the order in which they were appended. */
const auditItems = {
  subject: 'auditLog',
  order: 'id',
  prepare: () => Promise.resolve(),
  idOf: id,
  add: ({ auditLog }, n) => auditLog.append([fixtures.auditEntry({ entryId: id(n), chain: `chain-${n}` })]),
  idIn: (item) => (item as AuditEntry).entryId,
} satisfies Partial<Listing>;

/** The run that the n-th item of a list over all runs belongs to: the items of two runs lie between each other. */
const anyRun = (n: number): string => id(1_001 + (n % 2));

/** Each is an assertion of its own. */
const assertionItems = {
  ...resultItems,
  prepare: async ({ scenarios, testRuns }) => {
    await scenarios.create(fixtures.scenario());
    for (const runId of [id(1_001), id(1_002)])
      await testRuns.create(fixtures.testRun({ runId, status: 'passed' }));
  },
  add: ({ testResults }, n) =>
    testResults.create(fixtures.testResult({ resultId: id(n), runId: anyRun(n), name: `${n}` })),
} satisfies Partial<Listing>;

const pageOf = <Item>({ items, nextCursor }: Page<Item>): Page<Item> => ({ items, nextCursor });

/** One list of each kind of order for every port that has lists. */
export const listings: readonly Listing[] = [
  {
    ...scenarioItems,
    name: 'all scenarios',
    offsets: true,
    read: ({ scenarios }, request) => scenarios.listAll(request),
  },
  {
    ...scenarioItems,
    name: 'draft scenarios',
    read: ({ scenarios }, request) => scenarios.find({ statuses: ['draft'] }, request),
  },
  { ...runItems, name: 'recent runs', read: ({ testRuns }, request) => testRuns.getRecentRuns(request) },
  {
    ...runItems,
    name: "a scenario's runs",
    read: ({ testRuns }, request) => testRuns.getByScenario('restart-engine', request),
  },
  {
    ...eventItems,
    name: 'all events',
    add: ({ chaosEvents }, n) =>
      chaosEvents.create(fixtures.chaosEvent({ eventId: id(n), runId: anyRun(n) })),
    read: ({ chaosEvents }, request) => chaosEvents.find({}, request),
  },
  {
    ...eventItems,
    name: "a run's events",
    oldestFirst: true,
    add: ({ chaosEvents }, n) =>
      chaosEvents.create(fixtures.chaosEvent({ eventId: id(n), runId: id(1_001) })),
    read: ({ chaosEvents }, request) => chaosEvents.getByRun(id(1_001), request),
  },
  {
    ...resultItems,
    name: 'all results',
    add: ({ testResults }, n) =>
      testResults.create(fixtures.testResult({ resultId: id(n), runId: anyRun(n) })),
    read: ({ testResults }, request) => testResults.find({}, request),
  },
  {
    ...resultItems,
    name: "a run's results",
    oldestFirst: true,
    add: ({ testResults }, n) =>
      testResults.create(fixtures.testResult({ resultId: id(n), runId: id(1_001) })),
    read: ({ testResults }, request) => testResults.getByRun(id(1_001), request),
  },
  {
    ...assertionItems,
    name: 'a comparison',
    oldestFirst: true,
    idIn: (item) => {
      const { before, after } = item as ComparedAssertion;
      return (after ?? before)!.resultId;
    },
    read: async ({ testResults }, request) =>
      pageOf(await testResults.compareRuns({ baselineRunId: id(1_001), runId: id(1_002) }, request)),
  },
  {
    ...assertionItems,
    name: "a scenario's assertions",
    idIn: (item) => (item as AssertionHistory).lastResultId,
    read: async ({ testResults }, request) =>
      pageOf(await testResults.getAssertionHistories({ scenarioId: 'restart-engine' }, request)),
  },
  {
    ...serviceItems,
    name: 'all instances',
    read: ({ serviceDiscovery }, request) => serviceDiscovery.listAllServices(request),
  },
  {
    ...serviceItems,
    name: 'the instances of one name',
    read: ({ serviceDiscovery }, request) => serviceDiscovery.listServicesByName('engine', request),
  },
  { ...auditItems, name: 'audit entries', read: ({ auditLog }, request) => auditLog.find({}, request) },
  { ...activeItems, name: 'active runs', read: ({ activeRuns }, request) => activeRuns.list(request) },
];
