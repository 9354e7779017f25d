import {
  ASSERTION_TYPES,
  EVENT_STATUSES,
  EVENT_TYPES,
  FINAL_RUN_STATUSES,
  InvalidValueError,
  RESULT_STATUSES,
  RUN_STATUSES,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  chaosEventChangeRules,
  eventRecoveryRules,
  jsonProblem,
  newChaosEventRules,
  newScenarioRules,
  newServiceInfoRules,
  newTestResultRules,
  newTestRunRules,
  plainTextProblem,
  recordedCompletionRules,
  runCompletionRules,
  scenarioChangeRules,
  testRunChangeRules,
  type CompiledRules,
} from '@test-coordinator/domain';
import {
  MAX_CACHE_KEY_LENGTH,
  checkAuditFilter,
  checkBulk,
  checkChain,
  checkChaosEventFilter,
  checkDate,
  checkOneOf,
  checkRunComparisonRequest,
  checkScenarioFilter,
  checkScenarioId,
  checkServiceId,
  checkTestResultFilter,
  checkTestRunFilter,
  checkText,
  checkUuid,
  checkVersion,
  readAssertionHistoriesRequest,
  readAuditEntries,
  readChainRange,
  readPage,
  readRunProgress,
  refuse,
  refused,
  type ListRequest,
} from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import type { ModelledPort } from '../model-tests/model-world.js';
import type { ModelledMethod } from '../model/synchronous.js';

export type Check = (value: unknown) => unknown;
type Checks<Port> = Readonly<Record<ModelledMethod<Port>, readonly Check[]>>;

const oneOf =
  (words: readonly string[], path: string): Check =>
  (value) =>
    checkOneOf(value, words, path);
const text =
  (path: string): Check =>
  (value) =>
    checkText(value, path);
const page =
  (kind: 'id' | 'timeAndId', offsets = false): Check =>
  (value) =>
    readPage(value as ListRequest | undefined, kind, offsets);
const ifGiven =
  (check: (value: never) => unknown): Check =>
  (value) =>
    value === undefined ? undefined : check(value as never);
const uuid =
  (path: 'runId' | 'eventId' | 'resultId'): Check =>
  (value) =>
    checkUuid(value, path);
const date =
  (path: string): Check =>
  (value) =>
    checkDate(value, path);

const reads =
  (rules: CompiledRules<object>): Check =>
  (value) =>
    rules.read(value);

const byTime = page('timeAndId');
const byId = page('id');

function checkKey(key: unknown, path = 'key'): void {
  if (typeof key !== 'string' || key.length < 1 || key.length > MAX_CACHE_KEY_LENGTH)
    refuse(path, 'is no key');
  const problem = plainTextProblem(key);
  if (problem !== undefined) refuse(path, problem);
}

function checkValue(value: unknown, path = 'value'): void {
  const problem = jsonProblem(value);
  if (problem !== undefined) refuse(`${path}${problem.path}`, problem.problem);
}

function checkJsonObject(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('value', 'must be a JSON object');
  checkValue(value);
}

function checkKeys(keys: unknown): void {
  checkBulk(keys, 'keys', 0);
  for (const [index, key] of keys.entries()) checkKey(key, `keys[${index}]`);
}

function checkEntries(entries: unknown): void {
  if (!(entries instanceof Map) || entries.size > 1_000)
    refuse('entries', 'must be a Map of at most 1000 entries');
  for (const [key, value] of entries as Map<unknown, unknown>) {
    checkKey(key, 'entries');
    checkValue(value, 'entries');
  }
}

function checkBy(by: unknown): void {
  if (by !== undefined && !Number.isSafeInteger(by)) refuse('by', 'must be a whole number');
}

export function checkTtl(ttlSeconds: unknown): void {
  if (ttlSeconds === null) return;
  if (typeof ttlSeconds !== 'number' || !Number.isFinite(ttlSeconds) || ttlSeconds < 0.001) {
    refuse('ttlSeconds', 'must be null or a number of seconds from 0.001');
  }
}

function checkBatch(results: unknown): void {
  checkBulk(results, 'results');
  for (const [index, result] of results.entries()) {
    const problems = newTestResultRules.problems(result);
    if (problems.length === 0) continue;
    throw new InvalidValueError(
      'results',
      problems.map(({ path, problem }) => ({ path: `results[${index}].${path}`, problem })),
    );
  }
}

/** What the arguments of every method must be, place by place; the options follow them. */
export const CHECKS: { readonly [Name in ModelledPort | 'auditLog']: Checks<Ports[Name]> } = {
  scenarios: {
    create: [reads(newScenarioRules)],
    getById: [checkScenarioId],
    update: [checkScenarioId, checkVersion, reads(scenarioChangeRules)],
    delete: [checkScenarioId],
    find: [(filter) => checkScenarioFilter(filter as never), byTime],
    listAll: [page('timeAndId', true)],
    getByType: [oneOf(SCENARIO_TYPES, 'scenarioType'), byTime],
    getByStatus: [oneOf(SCENARIO_STATUSES, 'status'), byTime],
    updateStatus: [checkScenarioId, oneOf(SCENARIO_STATUSES, 'status')],
    searchByTag: [text('tag'), byTime],
    getActiveScenarios: [byTime],
  },
  testRuns: {
    create: [reads(newTestRunRules)],
    getById: [uuid('runId')],
    update: [uuid('runId'), checkVersion, reads(testRunChangeRules)],
    delete: [uuid('runId')],
    startRun: [uuid('runId')],
    completeRun: [uuid('runId'), oneOf(FINAL_RUN_STATUSES, 'status'), ifGiven(reads(runCompletionRules))],
    recordCompletion: [
      uuid('runId'),
      (exitCode) => recordedCompletionRules.read({ exitCode, durationMs: 0 }),
      (durationMs) => recordedCompletionRules.read({ exitCode: 0, durationMs }),
    ],
    updateStatus: [uuid('runId'), oneOf(RUN_STATUSES, 'status')],
    find: [(filter) => checkTestRunFilter(filter as never), byId],
    getByScenario: [checkScenarioId, byId],
    getByStatus: [oneOf(RUN_STATUSES, 'status'), byId],
    getRunsByDateRange: [date('from'), date('to'), byId],
    getRecentRuns: [byId],
    getFailedRuns: [byId],
    calculatePassRate: [ifGiven(checkTestRunFilter)],
    getAverageDuration: [ifGiven(checkTestRunFilter)],
  },
  chaosEvents: {
    create: [reads(newChaosEventRules)],
    getById: [uuid('eventId')],
    update: [uuid('eventId'), checkVersion, reads(chaosEventChangeRules)],
    getByRun: [uuid('runId'), byId],
    getByType: [oneOf(EVENT_TYPES, 'eventType'), byId],
    getByService: [text('targetService'), byId],
    updateStatus: [uuid('eventId'), oneOf(EVENT_STATUSES, 'status')],
    recordRecovery: [uuid('eventId'), ifGiven(reads(eventRecoveryRules))],
    find: [(filter) => checkChaosEventFilter(filter as never), byId],
    getActiveEvents: [byId],
    calculateAverageRecoveryTime: [ifGiven(checkChaosEventFilter)],
  },
  testResults: {
    create: [reads(newTestResultRules)],
    getById: [uuid('resultId')],
    bulkCreate: [checkBatch],
    find: [(filter) => checkTestResultFilter(filter as never), byId],
    getByRun: [uuid('runId'), byId],
    getByAssertionType: [oneOf(ASSERTION_TYPES, 'assertionType'), byId],
    getByStatus: [oneOf(RESULT_STATUSES, 'status'), byId],
    getFailedResults: [byId],
    getByCorrelationId: [text('correlationId'), byId],
    calculatePassRate: [ifGiven(checkTestResultFilter)],
    countByStatus: [ifGiven(checkTestResultFilter)],
    getAssertionStatistics: [ifGiven(checkTestResultFilter)],
    compareRuns: [(request) => checkRunComparisonRequest(request as never), byId],
    getAssertionHistories: [(request) => readAssertionHistoriesRequest(request as never), byId],
  },
  serviceDiscovery: {
    register: [reads(newServiceInfoRules)],
    deregister: [checkServiceId],
    updateHeartbeat: [checkServiceId],
    getServiceById: [checkServiceId],
    getServiceByName: [(name) => checkServiceId(name, 'serviceName')],
    listServicesByName: [(name) => checkServiceId(name, 'serviceName'), byTime],
    listAllServices: [byTime],
    isServiceHealthy: [checkServiceId],
    removeStaleServices: [],
    getServiceCount: [],
  },
  cache: {
    get: [checkKey],
    set: [checkKey, checkValue],
    delete: [checkKey],
    exists: [checkKey],
    expire: [checkKey, checkTtl],
    getTtl: [checkKey],
    increment: [checkKey, checkBy],
    decrement: [checkKey, checkBy],
    getMany: [checkKeys],
    setMany: [checkEntries],
    deleteMany: [checkKeys],
    keys: [(pattern) => pattern === undefined || checkKey(pattern, 'pattern')],
    deletePattern: [(pattern) => checkKey(pattern, 'pattern')],
    flushAll: [],
    getJson: [checkKey],
    setJson: [checkKey, checkJsonObject],
  },
  activeRuns: {
    publish: [uuid('runId'), readRunProgress],
    get: [uuid('runId')],
    list: [byId],
    clear: [uuid('runId')],
  },
  auditLog: {
    append: [readAuditEntries],
    find: [(filter) => checkAuditFilter(filter as never), byId],
    listChains: [byId],
    readChain: [checkChain, ifGiven(readChainRange)],
  },
};

/** @throws DataAdapterError `INVALID_ARGUMENT` for the first argument that is not what it must be. */
export function checkArguments(checks: readonly Check[], values: readonly unknown[]): void {
  for (const [index, check] of checks.entries()) refused(() => check(values[index]));
}
