import type {
  NewChaosEvent,
  NewScenario,
  NewServiceInfo,
  NewTestResult,
  NewTestRun,
} from '@test-coordinator/domain';

/** Sound inputs; a test changes the one field that it is about. */
export const RUN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
export const OTHER_ID = '01890a5d-ac97-7000-8000-000000000001';
export const mintId = (): string => OTHER_ID;
export const NOW = new Date('2026-03-01T10:00:00.007Z');
export const later = (ms: number): Date => new Date(NOW.getTime() + ms);

export const scenarioInput: NewScenario = {
  scenarioId: 'engine-restart',
  name: 'Trading engine restart',
  scenarioType: 'service_restart',
};
export const runInput: NewTestRun = { scenarioId: 'engine-restart' };
export const eventInput: NewChaosEvent = {
  runId: RUN_ID,
  eventType: 'service_kill',
  targetService: 'trading-engine',
  injectedAt: NOW,
};
export const resultInput: NewTestResult = {
  runId: RUN_ID,
  assertionType: 'latency',
  expectedValue: '< 250 ms',
  actualValue: '180 ms',
  status: 'passed',
  verificationTime: NOW,
};
export const serviceInput: NewServiceInfo = {
  serviceId: 'engine-1',
  serviceName: 'trading-engine',
  version: '1.4.0',
  host: '10.0.0.7',
  grpcPort: 50_051,
  httpPort: 8_080,
};
