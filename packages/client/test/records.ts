/** Records as a coordinator sends them. */

export const RUN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const AT = '2026-01-15T10:20:30.123Z';

export const scenario = {
  scenarioId: 'restart-engine',
  name: 'Restart',
  scenarioType: 'service_restart',
  status: 'draft',
  configuration: { retries: [1, { deep: true }] },
  servicesUnderTest: [],
  expectedOutcomes: [],
  dependsOn: [],
  tags: [],
  createdAt: AT,
  updatedAt: AT,
  version: 1,
};

export const run = {
  runId: RUN_ID,
  scenarioId: 'restart-engine',
  status: 'pending',
  configurationSnapshot: {},
  pinned: false,
  unverified: false,
  createdAt: AT,
  updatedAt: AT,
  version: 1,
};

export const NEW_RUN = { scenarioId: 'restart-engine' };
export const page = (...items: object[]) => ({ items, nextCursor: null });
