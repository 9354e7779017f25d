import { arbitraries } from '@test-coordinator/contract-tests';
import { expect } from 'chai';
import fc from 'fast-check';

import { ApiClient, type Method } from './api-client.js';
import type { Operation } from './api-document.js';
import { event, run, scenario, UNKNOWN_ID } from './records.js';
import { soundBodies } from './sound-bodies.js';

/** Few enough for every run of the tests; `FC_REQUESTS` asks for more, and `FC_SEED` repeats a run. */
const REQUESTS = Number(process.env['FC_REQUESTS'] ?? 1_000);
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

const hostile = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 60, [], {}, [[]]),
  fc.constantFrom<unknown>(
    '',
    '\0',
    'a\0b',
    '\ud800',
    'a\ud800',
    'a'.repeat(70_000),
    '2026-01-31T09:30:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
    '__proto__',
  ),
  arbitraries.text,
  fc.jsonValue(),
);
const fieldName = fc.oneof(
  fc.constantFrom(
    'runId',
    'status',
    'version',
    'startedAt',
    'configuration',
    'metadata',
    'results',
    'constructor',
  ),
  fc.string(),
);

/** A body with some of its fields replaced by what does not belong there. */
function mutated(bodies: readonly object[]): fc.Arbitrary<Record<string, unknown>> {
  const more = fc.array(fc.tuple(fieldName, hostile), { maxLength: 3 });
  return fc.tuple(fc.constantFrom(...bodies), more, fc.nat(), hostile).map(([body, added, place, value]) => {
    const changed = new Map<string, unknown>(Object.entries(body));
    const name = [...changed.keys()][place % Math.max(1, changed.size)];
    if (name !== undefined) changed.set(name, value);
    for (const [key, one] of added) changed.set(key, one);
    return Object.fromEntries(changed);
  });
}

describe('Fuzzed requests', function () {
  this.timeout(Math.max(120_000, REQUESTS * 200));

  it(`Given every operation, When it gets mutated input (seed ${seed}), Then it is never answered with a 5xx`, async () => {
    await using api = await ApiClient.start();
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() });
    const { eventId } = await api.must<{ eventId: string }>('POST', '/api/v1/events', { body: event(runId) });
    const sound = soundBodies(runId);
    const bodies = Object.values(sound);
    const ids = [runId, eventId, 'matching-engine-restart', UNKNOWN_ID, '%00', 'x', '..%2f', '%F0%9F%98%80'];
    // A stream has no end to wait for; live-routes.spec.ts has its refusals.
    const isStream = ({ responses }: Operation) =>
      responses['200']?.content?.['text/event-stream'] !== undefined;
    const operations = Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => !isStream(operation))
        .map(([method, operation]) => ({
          path,
          method: method.toUpperCase() as Method,
          body: sound[operation.operationId ?? ''] ?? {},
          query: (operation.parameters ?? [])
            .filter((parameter) => parameter.in === 'query')
            .map(({ name }) => name),
        })),
    );
    const request = fc.record({
      operation: fc.constantFrom(...operations),
      id: fc.constantFrom(...ids),
      queried: fc.array(fc.tuple(fc.nat(), hostile), { maxLength: 3 }),
      // Sound for the operation, or near it, or nothing that belongs to it.
      body: fc.oneof(fc.constant(undefined), mutated(bodies), hostile),
      contentType: fc.constantFrom(
        'application/json',
        'application/json',
        'application/json',
        'text/plain',
        'application/x-ndjson',
        '',
      ),
      key: fc.constantFrom(undefined, undefined, 'k-1', 'k-2', ''),
      fence: fc.constantFrom(undefined, undefined, '1', '2', 'x'),
      ifMatch: fc.constantFrom(undefined, undefined, '"1"', '*', 'x'),
    });
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        request,
        async ({ operation, id, queried, body, contentType, ifMatch, key, fence }) => {
          const search = new URLSearchParams(
            queried.map(([place, value]): [string, string] => {
              const name: string = operation.query[place % (operation.query.length + 1)] ?? 'undeclared';
              const text = typeof value === 'string' ? value : JSON.stringify(value);
              return [name, text.slice(0, 2_000)];
            }),
          );
          // What the other requests need stays.
          const target = operation.method === 'DELETE' ? UNKNOWN_ID : id;
          const url = `${operation.path.replaceAll(/\{[^}]+\}/g, target)}?${search.toString()}`;
          const hasBody = operation.method !== 'GET' && operation.method !== 'DELETE';
          const headers = {
            'content-type': contentType,
            ...(ifMatch !== undefined && { 'if-match': ifMatch }),
            ...(key !== undefined && { 'idempotency-key': key }),
            ...(fence !== undefined && { fence }),
          };
          const call = hasBody
            ? { body: JSON.stringify(body ?? operation.body), headers }
            : { headers: { 'x-request-id': 'fuzz' } };
          const { status, text } = await api.call(operation.method, url, call);
          statuses.add(status);
          expect(status, `${operation.method} ${url} ${text}`).to.be.below(500);
        },
      ),
      { numRuns: REQUESTS, seed },
    );
    // A fuzz run that is refused at the door, or never, proves nothing.
    expect([...statuses]).to.include.members([200, 201, 400, 404, 415]);
  });
});
