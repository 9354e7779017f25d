import type { JsonObject } from '@test-coordinator/domain';
import type {
  ActiveRuns,
  CacheRepository,
  CallOptions,
  ExecutionLocks,
  Repositories,
  ServiceDiscoveryRepository,
  UnitOfWork,
} from '@test-coordinator/ports';

import { auditDocument, jsonText, sha256Of } from './audit-document.js';
import { auditedLease, type LeaseAudit } from './audited-lease.js';
import type { Told } from './recorded-change.js';
import { countedResults } from './counted-results.js';
import type { Tally } from './tally.js';

/** Every port whose calls could be audited, by the name that actions begin with. */
export interface AuditablePorts extends Repositories {
  readonly unitOfWork: UnitOfWork;
  readonly serviceDiscovery: ServiceDiscoveryRepository;
  readonly cache: CacheRepository;
  readonly executionLocks: ExecutionLocks;
  readonly activeRuns: ActiveRuns;
}

/** What is asked of a record. */
export interface Asked {
  readonly id?: string | undefined;
  readonly runId?: string | undefined;
  readonly after?: JsonObject | undefined;
}

/**
 * How the calls of one method are told. Written as methods: a table holds the rules of many ports, each of which knows
 * the arguments of its own.
 */
export interface CallRule<Port = object, Args = readonly unknown[], Answer = unknown> {
  readonly entity: string;
  /** Place of the call options among the arguments. */
  readonly optionsAt: number;
  asks(args: Args): Asked;
  before?(port: Port, args: Args): Promise<object | null>;
  tells?(answer: Answer): Told;
  /** What is passed on instead of the arguments, so that what they record is counted. */
  counted?(
    args: Args,
    tally: Tally,
    counting: (repositories: Repositories) => Repositories,
  ): readonly unknown[];
  /** What is answered instead, so that later changes by it are told. */
  wrapped?(answer: Answer, audit: LeaseAudit): Answer;
}

/** `null`: not audited. A method that is missing does not compile. */
type Rules<Port> = {
  readonly [Method in keyof Port]: Port[Method] extends (...args: infer Args) => Promise<infer Answer>
    ? CallRule<Port, Args, Answer> | null
    : null;
};

const stored =
  (idOf: (record: never) => string) =>
  (record: object & { readonly version?: number; readonly runId?: string }): Told => ({
    id: idOf(record as never),
    runId: record.runId,
    version: record.version,
  });
const scenarioTold = stored(({ scenarioId }: { readonly scenarioId: string }) => scenarioId);
const runTold = stored(({ runId }: { readonly runId: string }) => runId);
const eventTold = stored(({ eventId }: { readonly eventId: string }) => eventId);
const resultTold = stored(({ resultId }: { readonly resultId: string }) => resultId);
const wasThere = (isThere: boolean): Told => ({ after: { wasThere: isThere } });

/** A move of a run or an event: what it was before, and what was asked for. */
const ofRun = {
  entity: 'run',
  before: (port: Repositories['testRuns'], [runId]: readonly [string, ...unknown[]]) => port.getById(runId),
  tells: runTold,
};
const ofEvent = {
  entity: 'event',
  before: (port: Repositories['chaosEvents'], [eventId]: readonly [string, ...unknown[]]) =>
    port.getById(eventId),
  tells: eventTold,
};
const ofScenario = {
  entity: 'scenario',
  before: (port: Repositories['scenarios'], [id]: readonly [string, ...unknown[]]) => port.getById(id),
  tells: scenarioTold,
};

export const AUDIT_RULES: { readonly [Name in keyof AuditablePorts]: Rules<AuditablePorts[Name]> } = {
  scenarios: {
    create: {
      entity: 'scenario',
      optionsAt: 1,
      asks: ([scenario]) => ({ id: scenario.scenarioId, after: auditDocument(scenario) }),
      tells: scenarioTold,
    },
    update: {
      ...ofScenario,
      optionsAt: 3,
      asks: ([id, version, changes]) => ({ id, after: auditDocument({ ...changes, version }) }),
    },
    delete: { ...ofScenario, optionsAt: 1, asks: ([id]) => ({ id }), tells: wasThere },
    updateStatus: {
      ...ofScenario,
      optionsAt: 2,
      asks: ([id, status]) => ({ id, after: auditDocument({ status }) }),
    },
    getById: null,
    find: null,
    listAll: null,
    getByType: null,
    getByStatus: null,
    searchByTag: null,
    getActiveScenarios: null,
  },
  testRuns: {
    create: {
      entity: 'run',
      optionsAt: 1,
      asks: ([run]) => ({
        id: run.runId ?? undefined,
        runId: run.runId ?? undefined,
        after: auditDocument(run),
      }),
      tells: runTold,
    },
    update: {
      ...ofRun,
      optionsAt: 3,
      asks: ([id, version, changes]) => ({ id, runId: id, after: auditDocument({ ...changes, version }) }),
    },
    delete: { ...ofRun, optionsAt: 1, asks: ([id]) => ({ id, runId: id }), tells: wasThere },
    startRun: { ...ofRun, optionsAt: 1, asks: ([id]) => ({ id, runId: id }) },
    completeRun: {
      ...ofRun,
      optionsAt: 3,
      asks: ([id, status, details]) => ({ id, runId: id, after: auditDocument({ ...details, status }) }),
    },
    recordCompletion: {
      ...ofRun,
      optionsAt: 3,
      asks: ([id, exitCode, durationMs]) => ({
        id,
        runId: id,
        after: auditDocument({ exitCode, durationMs }),
      }),
    },
    updateStatus: {
      ...ofRun,
      optionsAt: 2,
      asks: ([id, status]) => ({ id, runId: id, after: auditDocument({ status }) }),
    },
    getById: null,
    find: null,
    getByScenario: null,
    getByStatus: null,
    getRunsByDateRange: null,
    getRecentRuns: null,
    getFailedRuns: null,
    calculatePassRate: null,
    getAverageDuration: null,
  },
  chaosEvents: {
    create: {
      entity: 'event',
      optionsAt: 1,
      asks: ([event]) => ({
        id: event.eventId ?? undefined,
        runId: event.runId,
        after: auditDocument(event),
      }),
      tells: eventTold,
    },
    update: {
      ...ofEvent,
      optionsAt: 3,
      asks: ([id, version, changes]) => ({ id, after: auditDocument({ ...changes, version }) }),
    },
    updateStatus: {
      ...ofEvent,
      optionsAt: 2,
      asks: ([id, status]) => ({ id, after: auditDocument({ status }) }),
    },
    recordRecovery: {
      ...ofEvent,
      optionsAt: 2,
      asks: ([id, recovery]) => ({ id, after: auditDocument(recovery ?? {}) }),
    },
    getById: null,
    getByRun: null,
    getByType: null,
    getByService: null,
    find: null,
    getActiveEvents: null,
    calculateAverageRecoveryTime: null,
  },
  testResults: {
    create: {
      entity: 'result',
      optionsAt: 1,
      asks: ([result]) => ({
        id: result.resultId ?? undefined,
        runId: result.runId,
        after: auditDocument(result),
      }),
      tells: resultTold,
    },
    bulkCreate: {
      entity: 'result',
      optionsAt: 1,
      asks: ([results]) => ({
        runId: results[0]?.runId,
        after: { count: results.length, sha256: sha256Of(jsonText(results) ?? '') },
      }),
      tells: (records) => ({
        after: { count: records.length, first: records[0]!.resultId, last: records.at(-1)!.resultId },
      }),
    },
    importAll: {
      entity: 'result',
      optionsAt: 1,
      asks: () => ({}),
      counted: ([results, options], tally) => [countedResults(results, tally), options],
      tells: ({ recorded }) => ({ after: { recorded } }),
    },
    getById: null,
    find: null,
    getByRun: null,
    getByAssertionType: null,
    getByStatus: null,
    getFailedResults: null,
    getByCorrelationId: null,
    calculatePassRate: null,
    countByStatus: null,
    getAssertionStatistics: null,
    compareRuns: null,
    getAssertionHistories: null,
  },
  unitOfWork: {
    run: {
      entity: 'unit of work',
      optionsAt: 1,
      asks: () => ({}),
      counted: ([work, options], _tally, counting) => [
        (repositories: Repositories) => work(counting(repositories)),
        options,
      ],
    },
  },
  serviceDiscovery: {
    register: {
      entity: 'service',
      optionsAt: 1,
      asks: ([service]) => ({ id: service.serviceId, after: auditDocument(service) }),
      before: (port, [{ serviceId }]) => port.getServiceById(serviceId),
    },
    deregister: {
      entity: 'service',
      optionsAt: 1,
      asks: ([id]) => ({ id }),
      before: (port, [id]) => port.getServiceById(id),
      tells: wasThere,
    },
    removeStaleServices: {
      entity: 'service',
      optionsAt: 0,
      asks: () => ({}),
      tells: (removed) => ({ after: auditDocument({ removed }) }),
    },
    updateHeartbeat: null,
    getServiceById: null,
    getServiceByName: null,
    listServicesByName: null,
    listAllServices: null,
    isServiceHealthy: null,
    getServiceCount: null,
  },
  cache: {
    deletePattern: {
      entity: 'cache key',
      optionsAt: 1,
      asks: ([pattern]) => ({ id: pattern }),
      tells: (deleted) => ({ after: { deleted } }),
    },
    flushAll: { entity: 'cache key', optionsAt: 0, asks: () => ({}) },
    get: null,
    set: null,
    delete: null,
    exists: null,
    expire: null,
    getTtl: null,
    increment: null,
    decrement: null,
    getMany: null,
    setMany: null,
    deleteMany: null,
    keys: null,
    getJson: null,
    setJson: null,
  },
  executionLocks: {
    acquire: {
      entity: 'lock',
      optionsAt: 1,
      asks: ([resource, { owner, ttlMs, waitMs }]) => ({
        id: resource,
        after: auditDocument({ owner, ttlMs, waitMs }),
      }),
      tells: ({ fence }) => ({ after: { fence } }),
      wrapped: auditedLease,
    },
    inspect: null,
  },
  activeRuns: { publish: null, get: null, list: null, clear: null, watch: null },
};

/** What a call's arguments say of who asks. */
export function optionsIn(
  args: readonly unknown[],
  { optionsAt }: Pick<CallRule, 'optionsAt'>,
): CallOptions | undefined {
  const options = args[optionsAt];
  return typeof options === 'object' && options !== null ? options : undefined;
}
