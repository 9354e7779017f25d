/** Bodies as a client sends them; a test changes what it is about. */

export const scenario = (changes: object = {}) => ({
  scenarioId: 'matching-engine-restart',
  name: 'Matching engine restart',
  scenarioType: 'service_restart',
  ...changes,
});

export const run = (changes: object = {}) => ({ scenarioId: 'matching-engine-restart', ...changes });

export const event = (runId: string, changes: object = {}) => ({
  runId,
  eventType: 'service_kill',
  targetService: 'matching-engine',
  injectedAt: '2026-01-31T09:30:00Z',
  ...changes,
});

export const result = (runId: string, changes: object = {}) => ({
  runId,
  assertionType: 'recovery_time',
  expectedValue: '<= 5 s',
  actualValue: '3.2 s',
  status: 'passed',
  verificationTime: '2026-01-31T09:30:10.000Z',
  ...changes,
});

/** A UUIDv7 that no store has minted. */
export const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
