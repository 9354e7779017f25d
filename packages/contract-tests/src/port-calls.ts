import type { ActiveRunEvent, CallOptions } from '@test-coordinator/ports';

import type { Ports } from './adapter-harness.js';
import { fixtures } from './fixtures.js';

const { at, id } = fixtures;
/** Nobody holds it but the call that takes it: a stop releases what an adapter holds, so none is prepared. */
const A_LOCK = 'a-lock';

/** One call of every method of a port, with arguments that are valid in a world that `prepareEverything` filled. */
export type PortCalls<Port> = {
  readonly [Method in keyof Port]: (port: Port, options?: CallOptions) => Promise<unknown>;
};

/** The type holds the table to every method of every port: one that is missing does not compile. */
export const portCalls: { readonly [Name in keyof Ports]: PortCalls<Ports[Name]> } = {
  scenarios: {
    create: (port, options) => port.create(fixtures.scenario({ scenarioId: 'new-one' }), options),
    getById: (port, options) => port.getById('restart-engine', options),
    update: (port, options) => port.update('restart-engine', 1, { name: 'Other' }, options),
    delete: (port, options) => port.delete('unused', options),
    find: (port, options) => port.find({}, undefined, options),
    listAll: (port, options) => port.listAll(undefined, options),
    getByType: (port, options) => port.getByType('combined', undefined, options),
    getByStatus: (port, options) => port.getByStatus('draft', undefined, options),
    updateStatus: (port, options) => port.updateStatus('restart-engine', 'active', options),
    searchByTag: (port, options) => port.searchByTag('nightly', undefined, options),
    getActiveScenarios: (port, options) => port.getActiveScenarios(undefined, options),
  },
  testRuns: {
    create: (port, options) => port.create(fixtures.testRun({ runId: id(50) }), options),
    getById: (port, options) => port.getById(id(1), options),
    update: (port, options) => port.update(id(1), 1, { pinned: true }, options),
    delete: (port, options) => port.delete(id(2), options),
    startRun: (port, options) => port.startRun(id(1), options),
    completeRun: (port, options) => port.completeRun(id(1), 'passed', { exitCode: 0 }, options),
    recordCompletion: (port, options) => port.recordCompletion(id(1), 0, 12, options),
    updateStatus: (port, options) => port.updateStatus(id(1), 'running', options),
    find: (port, options) => port.find({}, undefined, options),
    getByScenario: (port, options) => port.getByScenario('restart-engine', undefined, options),
    getByStatus: (port, options) => port.getByStatus('pending', undefined, options),
    getRunsByDateRange: (port, options) => port.getRunsByDateRange(at(0), at(1), undefined, options),
    getRecentRuns: (port, options) => port.getRecentRuns(undefined, options),
    getFailedRuns: (port, options) => port.getFailedRuns(undefined, options),
    calculatePassRate: (port, options) => port.calculatePassRate({}, options),
    getAverageDuration: (port, options) => port.getAverageDuration({}, options),
  },
  chaosEvents: {
    create: (port, options) => port.create(fixtures.chaosEvent({ eventId: id(50) }), options),
    getById: (port, options) => port.getById(id(1), options),
    update: (port, options) => port.update(id(1), 1, { targetService: 'gateway' }, options),
    getByRun: (port, options) => port.getByRun(id(1), undefined, options),
    getByType: (port, options) => port.getByType('service_kill', undefined, options),
    getByService: (port, options) => port.getByService('engine', undefined, options),
    updateStatus: (port, options) => port.updateStatus(id(1), 'in_progress', options),
    recordRecovery: (port, options) => port.recordRecovery(id(1), {}, options),
    find: (port, options) => port.find({}, undefined, options),
    getActiveEvents: (port, options) => port.getActiveEvents(undefined, options),
    calculateAverageRecoveryTime: (port, options) => port.calculateAverageRecoveryTime({}, options),
  },
  testResults: {
    create: (port, options) => port.create(fixtures.testResult({ resultId: id(50) }), options),
    getById: (port, options) => port.getById(id(1), options),
    bulkCreate: (port, options) => port.bulkCreate([fixtures.testResult({ resultId: id(51) })], options),
    importAll: (port, options) => port.importAll([fixtures.testResult({ resultId: id(52) })], options),
    find: (port, options) => port.find({}, undefined, options),
    getByRun: (port, options) => port.getByRun(id(1), undefined, options),
    getByAssertionType: (port, options) => port.getByAssertionType('latency', undefined, options),
    getByStatus: (port, options) => port.getByStatus('failed', undefined, options),
    getFailedResults: (port, options) => port.getFailedResults(undefined, options),
    getByCorrelationId: (port, options) => port.getByCorrelationId('order-7', undefined, options),
    calculatePassRate: (port, options) => port.calculatePassRate({}, options),
    countByStatus: (port, options) => port.countByStatus({}, options),
    getAssertionStatistics: (port, options) => port.getAssertionStatistics({}, options),
    compareRuns: (port, options) =>
      port.compareRuns({ baselineRunId: id(1), runId: id(2) }, undefined, options),
    getAssertionHistories: (port, options) =>
      port.getAssertionHistories({ scenarioId: 'restart-engine' }, undefined, options),
  },
  serviceDiscovery: {
    register: (port, options) => port.register(fixtures.service({ serviceId: 'new-one' }), options),
    deregister: (port, options) => port.deregister('engine-1', options),
    updateHeartbeat: (port, options) => port.updateHeartbeat('engine-1', options),
    getServiceById: (port, options) => port.getServiceById('engine-1', options),
    getServiceByName: (port, options) => port.getServiceByName('engine', options),
    listServicesByName: (port, options) => port.listServicesByName('engine', undefined, options),
    listAllServices: (port, options) => port.listAllServices(undefined, options),
    isServiceHealthy: (port, options) => port.isServiceHealthy('engine-1', options),
    removeStaleServices: (port, options) => port.removeStaleServices(options),
    getServiceCount: (port, options) => port.getServiceCount(options),
  },
  cache: {
    get: (port, options) => port.get('number', options),
    set: (port, options) => port.set('number', 2, options),
    delete: (port, options) => port.delete('number', options),
    exists: (port, options) => port.exists('number', options),
    expire: (port, options) => port.expire('number', 60, options),
    getTtl: (port, options) => port.getTtl('number', options),
    increment: (port, options) => port.increment('number', 1, options),
    decrement: (port, options) => port.decrement('number', 1, options),
    getMany: (port, options) => port.getMany(['number', 'object'], options),
    setMany: (port, options) => port.setMany(new Map([['number', 3]]), options),
    deleteMany: (port, options) => port.deleteMany(['number', 'object'], options),
    keys: (port, options) => port.keys('*', options),
    deletePattern: (port, options) => port.deletePattern('*', options),
    flushAll: (port, options) => port.flushAll(options),
    getJson: (port, options) => port.getJson('object', options),
    setJson: (port, options) => port.setJson('object', { changed: true }, options),
  },
  executionLocks: {
    acquire: (port, options) => port.acquire(A_LOCK, { owner: 'ada', ttlMs: 60_000, ...options }),
    inspect: (port, options) => port.inspect(A_LOCK, options),
  },
  activeRuns: {
    publish: (port, options) => port.publish(id(1), fixtures.progress(), options),
    get: (port, options) => port.get(id(1), options),
    list: (port, options) => port.list(undefined, options),
    clear: (port, options) => port.clear(id(1), options),
    watch: (port, options) => firstOf(port.watch(options)),
  },
  auditLog: {
    append: (port, options) => port.append([fixtures.auditEntry({ sequence: 2, entryId: id(50) })], options),
    find: (port, options) => port.find({}, undefined, options),
    listChains: (port, options) => port.listChains(undefined, options),
    readChain: (port, options) => port.readChain('coordinator-1', undefined, options),
  },
  unitOfWork: {
    run: (port, options) =>
      port.run(({ scenarios }) => scenarios.create(fixtures.scenario({ scenarioId: 'in-a-unit' })), options),
  },
};

/** The first event, after which the watcher leaves; `undefined` when there is none. */
async function firstOf(events: AsyncIterable<ActiveRunEvent>): Promise<ActiveRunEvent | undefined> {
  for await (const event of events) return event;
  return undefined;
}

/** Stores what the calls read and change, in the ports that are there. */
export async function prepareEverything(ports: Partial<Ports>): Promise<void> {
  await ports.scenarios?.create(fixtures.scenario());
  await ports.scenarios?.create(fixtures.scenario({ scenarioId: 'unused' }));
  await ports.testRuns?.create(fixtures.testRun());
  await ports.testRuns?.create(fixtures.testRun({ runId: id(2) }));
  await ports.chaosEvents?.create(fixtures.chaosEvent({ status: 'injected' }));
  await ports.testResults?.create(fixtures.testResult());
  await ports.serviceDiscovery?.register(fixtures.service());
  await ports.cache?.set('number', 1, { ttlSeconds: null });
  await ports.cache?.set('object', { kept: true }, { ttlSeconds: null });
  await ports.activeRuns?.publish(id(1), fixtures.fullProgress());
  await ports.auditLog?.append([fixtures.auditEntry()]);
}

/** Everything that the ports hold, to be compared with itself later. */
export async function readEverything(ports: Partial<Ports>): Promise<readonly unknown[]> {
  const keys = (await ports.cache?.keys()) ?? [];
  return [
    await ports.scenarios?.listAll(),
    await ports.testRuns?.getRecentRuns(),
    await ports.chaosEvents?.find({}),
    await ports.testResults?.find({}),
    await ports.serviceDiscovery?.listAllServices(),
    await ports.cache?.getMany(keys),
    await ports.executionLocks?.inspect(A_LOCK),
    await ports.activeRuns?.list(),
    await ports.auditLog?.find({}),
  ];
}
