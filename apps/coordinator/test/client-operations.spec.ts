import { OPERATIONS } from '@test-coordinator/client';
import { expect } from 'chai';

import { ApiClient } from './api-client.js';

/** What the API has, and the client does not call. */
const NOT_CALLED: Readonly<Record<string, string>> = {
  listEventsOfRun:
    'listEvents has a filter for the run, and knows no run as one without events, as the port does',
  listResultsOfRun: 'listResults has a filter for the run, in pages',
  listAuditEntries: 'for who audits: the audit log of a store is read beside it',
  getLiveness: 'for who watches the process',
  getMetrics: 'for Prometheus',
  getOpenApi: 'for tools',
};

describe('The operations of the client and of the OpenAPI document', () => {
  it('Given every operation of the document, When it is looked for in the client, Then it is there with its address, or named as not called', async () => {
    await using api = await ApiClient.start();
    const documented = Object.entries(api.document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, { operationId }]) => [operationId!, `${method.toUpperCase()} ${path}`] as const,
      ),
    );
    const called = Object.entries(OPERATIONS).map(
      ([name, { method, path }]) => [name, `${method} ${path}`] as const,
    );
    const toBeCalled = documented.filter(([name]) => !Object.hasOwn(NOT_CALLED, name));
    expect(Object.fromEntries(called)).to.deep.equal(Object.fromEntries(toBeCalled));
    expect(documented.map(([name]) => name)).to.include.members(Object.keys(NOT_CALLED));
  });
});
