/** One operation of the API, as its OpenAPI document names it. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters in braces. */
  readonly path: string;
  /**
   * What becomes of it when no answer came. `read` and `repeatable` are sent again: `repeatable` changes something, but
   * twice is as once. `once` is not sent again once the coordinator may have got it.
   */
  readonly effect: 'read' | 'repeatable' | 'once';
}

const V1 = '/api/v1';

function read(path: string, method: 'GET' | 'POST' = 'GET'): Operation {
  return { method, path: path.startsWith('/readyz') ? path : `${V1}${path}`, effect: 'read' };
}

function write(method: Operation['method'], path: string, effect: 'repeatable' | 'once' = 'once'): Operation {
  return { method, path: `${V1}${path}`, effect };
}

/** Every operation that this client calls. A test holds it to the document of the coordinator, in both directions. */
export const OPERATIONS = {
  createScenario: write('POST', '/scenarios', 'repeatable'),
  listScenarios: read('/scenarios'),
  getScenario: read('/scenarios/{scenarioId}'),
  changeScenario: write('PATCH', '/scenarios/{scenarioId}'),
  moveScenario: write('POST', '/scenarios/{scenarioId}/status'),
  deleteScenario: write('DELETE', '/scenarios/{scenarioId}'),

  createRun: write('POST', '/runs', 'repeatable'),
  listRuns: read('/runs'),
  getRun: read('/runs/{runId}'),
  changeRun: write('PATCH', '/runs/{runId}'),
  deleteRun: write('DELETE', '/runs/{runId}'),
  startRun: write('POST', '/runs/{runId}/start'),
  completeRun: write('POST', '/runs/{runId}/complete'),
  recordRunCompletion: write('POST', '/runs/{runId}/record-completion'),
  moveRun: write('POST', '/runs/{runId}/status'),
  getRunReport: read('/runs/{runId}/report'),
  getRunPassRate: read('/analytics/run-pass-rate'),
  getRunDurations: read('/analytics/run-durations'),

  createEvent: write('POST', '/events', 'repeatable'),
  listEvents: read('/events'),
  getEvent: read('/events/{eventId}'),
  changeEvent: write('PATCH', '/events/{eventId}'),
  moveEvent: write('POST', '/events/{eventId}/status'),
  recordRecovery: write('POST', '/events/{eventId}/recovery'),
  getRecoveryTimes: read('/analytics/recovery-times'),

  createResult: write('POST', '/results', 'repeatable'),
  createResults: write('POST', '/results/bulk', 'repeatable'),
  listResults: read('/results'),
  getResult: read('/results/{resultId}'),
  getResultPassRate: read('/analytics/result-pass-rate'),
  countResults: read('/analytics/result-counts'),
  getAssertionStatistics: read('/analytics/assertion-statistics'),
  compareRun: read('/runs/{runId}/comparison'),
  listAssertionsOfScenario: read('/scenarios/{scenarioId}/assertions'),

  registerService: write('POST', '/services', 'repeatable'),
  listServices: read('/services'),
  getService: read('/services/{serviceId}'),
  deregisterService: write('DELETE', '/services/{serviceId}'),
  sendHeartbeat: write('POST', '/services/{serviceId}/heartbeat', 'repeatable'),
  getServiceHealth: read('/services/{serviceId}/health'),
  findService: read('/service-names/{serviceName}'),
  countServices: read('/service-count'),
  removeStaleServices: write('DELETE', '/stale-services'),

  listCacheKeys: read('/cache/{namespace}'),
  getCacheEntries: read('/cache/{namespace}', 'POST'),
  setCacheEntries: write('PUT', '/cache/{namespace}', 'repeatable'),
  deleteCacheEntries: write('DELETE', '/cache/{namespace}'),
  deleteNamedCacheEntries: write('POST', '/cache-deletions/{namespace}'),
  getCacheEntry: read('/cache/{namespace}/{key}'),
  setCacheEntry: write('PUT', '/cache/{namespace}/{key}', 'repeatable'),
  deleteCacheEntry: write('DELETE', '/cache/{namespace}/{key}'),
  expireCacheEntry: write('POST', '/cache/{namespace}/{key}/expire', 'repeatable'),
  incrementCacheEntry: write('POST', '/cache/{namespace}/{key}/increment'),
  decrementCacheEntry: write('POST', '/cache/{namespace}/{key}/decrement'),

  acquireLock: write('POST', '/locks/{resource}'),
  inspectLock: read('/locks/{resource}'),
  renewLease: write('POST', '/locks/{resource}/leases/{leaseId}/renew', 'repeatable'),
  releaseLease: write('DELETE', '/locks/{resource}/leases/{leaseId}'),

  listLiveRuns: read('/live'),
  publishLiveRun: write('PUT', '/runs/{runId}/live'),
  watchLiveRun: read('/runs/{runId}/live'),
  clearLiveRun: write('DELETE', '/runs/{runId}/live'),

  importReport: write('POST', '/imports'),
  getReadiness: read('/readyz'),
} as const satisfies Readonly<Record<string, Operation>>;
export type OperationName = keyof typeof OPERATIONS;
