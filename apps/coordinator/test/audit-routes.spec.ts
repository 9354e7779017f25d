import { chooseAdapters, readSettings } from '@test-coordinator/coordinator';
import { expect } from 'chai';

import { ApiClient, type Call, type Method } from './api-client.js';
import { eventually } from './eventually.js';
import { example, JOURNAL } from './examples.js';
import { event, result, run, scenario, UNKNOWN_ID } from './records.js';

interface Entry {
  readonly phase: string;
  readonly action: string;
  readonly requestId: string;
  readonly sequence: number;
  readonly attempt?: number;
  readonly result?: string;
}

/** What is there for the requests to change. */
interface Stored {
  readonly runId: string;
  readonly eventId: string;
  readonly leaseId: string;
}

const AUDITED = { TEST_COORDINATOR_ADAPTER_AUDIT: 'true' };

type Request = (stored: Stored) => readonly [url: string, body?: object];

const SCENARIO = '/api/v1/scenarios/matching-engine-restart';
const SERVICE = {
  serviceId: 'engine-1',
  serviceName: 'engine',
  version: '1.4.2',
  host: 'engine.internal',
  grpcPort: 50_051,
  httpPort: 8_080,
};

/** One request that every route which changes something grants, and the action that the audit log tells of it. */
const CHANGES: Readonly<Record<string, readonly [action: string, request: Request]>> = {
  'POST /api/v1/imports': ['unitOfWork.run', () => ['/api/v1/imports']],
  'POST /api/v1/scenarios': [
    'scenarios.create',
    () => ['/api/v1/scenarios', scenario({ scenarioId: 'another' })],
  ],
  'PATCH /api/v1/scenarios/{scenarioId}': [
    'scenarios.update',
    () => [SCENARIO, { version: 1, name: 'Other' }],
  ],
  'POST /api/v1/scenarios/{scenarioId}/status': [
    'scenarios.updateStatus',
    () => [`${SCENARIO}/status`, { status: 'active' }],
  ],
  'DELETE /api/v1/scenarios/{scenarioId}': ['scenarios.delete', () => ['/api/v1/scenarios/unused']],
  'POST /api/v1/runs': ['testRuns.create', () => ['/api/v1/runs', run()]],
  'PATCH /api/v1/runs/{runId}': [
    'testRuns.update',
    ({ runId }) => [`/api/v1/runs/${runId}`, { version: 1, pinned: true }],
  ],
  'POST /api/v1/runs/{runId}/start': ['testRuns.startRun', ({ runId }) => [`/api/v1/runs/${runId}/start`]],
  'POST /api/v1/runs/{runId}/complete': [
    'testRuns.completeRun',
    ({ runId }) => [`/api/v1/runs/${runId}/complete`, { status: 'passed' }],
  ],
  'POST /api/v1/runs/{runId}/record-completion': [
    'testRuns.recordCompletion',
    ({ runId }) => [`/api/v1/runs/${runId}/record-completion`, { exitCode: 0, durationMs: 7 }],
  ],
  'POST /api/v1/runs/{runId}/status': [
    'testRuns.updateStatus',
    ({ runId }) => [`/api/v1/runs/${runId}/status`, { status: 'cancelled' }],
  ],
  'DELETE /api/v1/runs/{runId}': ['testRuns.delete', ({ runId }) => [`/api/v1/runs/${runId}`]],
  'POST /api/v1/events': ['chaosEvents.create', ({ runId }) => ['/api/v1/events', event(runId)]],
  'PATCH /api/v1/events/{eventId}': [
    'chaosEvents.update',
    ({ eventId }) => [`/api/v1/events/${eventId}`, { version: 1, targetService: 'gateway' }],
  ],
  'POST /api/v1/events/{eventId}/status': [
    'chaosEvents.updateStatus',
    ({ eventId }) => [`/api/v1/events/${eventId}/status`, { status: 'in_progress' }],
  ],
  'POST /api/v1/events/{eventId}/recovery': [
    'chaosEvents.recordRecovery',
    ({ eventId }) => [`/api/v1/events/${eventId}/recovery`, {}],
  ],
  'POST /api/v1/results': ['testResults.create', ({ runId }) => ['/api/v1/results', result(runId)]],
  'POST /api/v1/results/bulk': [
    'testResults.bulkCreate',
    ({ runId }) => ['/api/v1/results/bulk', { results: [result(runId), result(runId)] }],
  ],
  'DELETE /api/v1/cache/{namespace}': ['cache.deletePattern', () => ['/api/v1/cache/orders?pattern=*']],
  'POST /api/v1/locks/{resource}': [
    'executionLocks.acquire',
    () => ['/api/v1/locks/other', { owner: 'worker-1', ttlMs: 60_000 }],
  ],
  'DELETE /api/v1/locks/{resource}/leases/{leaseId}': [
    'executionLocks.release',
    ({ leaseId }) => [`/api/v1/locks/engine/leases/${leaseId}`],
  ],
  'POST /api/v1/services': [
    'serviceDiscovery.register',
    () => ['/api/v1/services', { ...SERVICE, serviceId: 'engine-2' }],
  ],
  'DELETE /api/v1/services/{serviceId}': ['serviceDiscovery.deregister', () => ['/api/v1/services/engine-1']],
  'DELETE /api/v1/stale-services': ['serviceDiscovery.removeStaleServices', () => ['/api/v1/stale-services']],
};

/** Cache values, live progress and heartbeats, as the documentation tells, and what only looks. */
const NOT_AUDITED = [
  'PUT /api/v1/runs/{runId}/live',
  'DELETE /api/v1/runs/{runId}/live',
  'POST /api/v1/cache/{namespace}',
  'PUT /api/v1/cache/{namespace}',
  'PUT /api/v1/cache/{namespace}/{key}',
  'DELETE /api/v1/cache/{namespace}/{key}',
  'POST /api/v1/cache-deletions/{namespace}',
  'POST /api/v1/cache/{namespace}/{key}/expire',
  'POST /api/v1/cache/{namespace}/{key}/increment',
  'POST /api/v1/cache/{namespace}/{key}/decrement',
  'POST /api/v1/locks/{resource}/leases/{leaseId}/renew',
  'POST /api/v1/services/{serviceId}/heartbeat',
];

async function prepare(api: ApiClient): Promise<Stored> {
  await api.must('POST', '/api/v1/scenarios', { body: scenario() });
  await api.must('POST', '/api/v1/scenarios', { body: scenario({ scenarioId: 'unused' }) });
  const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() });
  const { eventId } = await api.must<{ eventId: string }>('POST', '/api/v1/events', {
    body: event(runId, { status: 'injected' }),
  });
  await api.must('POST', '/api/v1/services', { body: SERVICE });
  const held = { body: { owner: 'worker-1', ttlMs: 60_000 } };
  const { leaseId } = await api.must<{ leaseId: string }>('POST', '/api/v1/locks/engine', held);
  return { runId, eventId, leaseId };
}

async function entriesOf(api: ApiClient, query: string): Promise<readonly Entry[]> {
  return (await api.must<{ items: Entry[] }>('GET', `/api/v1/audit?${query}`)).items;
}

/** A coordinator in memory. */
async function serving(settings: Readonly<Record<string, string>>): Promise<ApiClient> {
  const read = readSettings({ TEST_COORDINATOR_STORE: 'memory', ...settings });
  return ApiClient.start({ factory: await chooseAdapters(read, { environment: {} }) });
}

describe('Audit log over HTTP', () => {
  let api: ApiClient;
  before(async () => {
    api = await serving(AUDITED);
  });
  after(() => api[Symbol.asyncDispose]());

  it('Given the routes of the API, When those that change something are listed, Then each is audited or named as not', () => {
    const changes = [...api.document.operations()].filter(({ method }) => method !== 'GET');
    expect(changes.map(({ method, url }) => `${method} ${url}`)).to.have.members([
      ...Object.keys(CHANGES),
      ...NOT_AUDITED,
    ]);
  });

  for (const [route, [action, request]] of Object.entries(CHANGES)) {
    it(`Given what it changes, When ${route} is called, Then an attempt and its outcome tell the request`, async () => {
      await using own = await serving(AUDITED);
      const [url, body] = request(await prepare(own));
      const headers = { 'x-request-id': 'the-one' };
      const call: Call = route.endsWith('/imports')
        ? { body: example(JOURNAL), headers }
        : { ...(body !== undefined && { body }), headers };
      const answer = await own.call(route.split(' ')[0] as Method, url, call);
      expect(answer.status, answer.text).to.be.within(200, 299);
      let told: readonly Entry[] = [];
      await eventually('the outcome is there', async () => {
        // A lease is given back for who took it.
        const isRelease = action === 'executionLocks.release';
        told = await entriesOf(own, isRelease ? `action=${action}` : 'requestId=the-one');
        return told.length === 2;
      });
      const [outcome, attempt] = told;
      expect(attempt).to.include({ phase: 'attempted', action });
      expect(outcome).to.include({ phase: 'outcome', action, result: 'done', attempt: attempt!.sequence });
    });
  }

  it('Given a refused change, When the log is asked for refusals, Then it is there with its code, page by page', async () => {
    for (const id of ['r-1', 'r-2'])
      expect(
        (await api.call('DELETE', `/api/v1/runs/${UNKNOWN_ID}`, { headers: { 'x-request-id': id } })).status,
      ).to.equal(404);
    expect((await api.call('POST', `/api/v1/runs/${UNKNOWN_ID}/start`)).status).to.equal(404);
    await eventually(
      'the outcome is there',
      async () => (await entriesOf(api, 'results=refused')).length === 1,
    );
    const [refused] = await entriesOf(api, `results=refused&runId=${UNKNOWN_ID}&entity=run`);
    expect(refused).to.include({ action: 'testRuns.startRun', code: 'NOT_FOUND' });
    const first = await api.must<{ items: Entry[]; nextCursor: string }>('GET', '/api/v1/audit?limit=1');
    const rest = await api.must<{ items: Entry[] }>('GET', `/api/v1/audit?cursor=${first.nextCursor}`);
    expect(rest.items.map(({ sequence }) => sequence)).to.not.include(first.items[0]!.sequence);
    expect((await api.call('GET', '/api/v1/audit?actor=')).status).to.equal(400);
  });

  it('Given the document, When the scope of the log is read, Then it is admin', () => {
    const operations = [...api.document.operations()];
    expect(operations.find(({ url }) => url === '/api/v1/audit')).to.include({ scope: 'admin' });
  });

  it('Given AUDIT left out, When something is changed, Then nothing is told', async () => {
    await using quiet = await serving({});
    await quiet.must('POST', '/api/v1/scenarios', { body: scenario() });
    expect(await entriesOf(quiet, 'limit=10')).to.deep.equal([]);
  });
});
