import { event, result, run, scenario } from './records.js';

/** For each operation that takes a body, one that its port is asked with. */
export function soundBodies(runId: string): Readonly<Record<string, object>> {
  return {
    createScenario: scenario(),
    createRun: run(),
    createEvent: event(runId),
    createResult: result(runId),
    createResults: { results: [result(runId)] },
    changeScenario: { version: 1, name: 'b' },
    changeRun: { version: 1, testEnvironment: 'b' },
    changeEvent: { version: 1, targetService: 'b' },
    moveScenario: { status: 'active' },
    moveRun: { status: 'running' },
    moveEvent: { status: 'injected' },
    completeRun: { status: 'passed' },
    recordRunCompletion: { exitCode: 0, durationMs: 1 },
    registerService: {
      serviceId: 'engine-1',
      serviceName: 'engine',
      version: '1',
      host: 'h',
      grpcPort: 0,
      httpPort: 1,
    },
    acquireLock: { owner: 'fuzz', ttlMs: 1_000 },
    setCacheEntry: { value: { a: 1 }, ttlSeconds: 60 },
    setCacheEntries: { entries: [{ key: 'a', value: 1 }] },
    getCacheEntries: { keys: ['a'] },
    deleteNamedCacheEntries: { keys: ['a'] },
    expireCacheEntry: { ttlSeconds: 1 },
    incrementCacheEntry: { by: 1 },
    publishLiveRun: { phase: 'injecting', progress: 0.5 },
  };
}
