import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

import { answers, type ApiRoute } from './api-route.js';

/** How the OpenAPI document is made out of the routes' schemas. */
export function documentOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Test Coordinator',
        version,
        description:
          'Scenarios, runs, chaos events and results of chaos tests. Every refusal is an RFC 9457 problem whose ' +
          '`code` is one of a closed list.',
      },
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An API key, or a token of the issuer that the coordinator trusts. Whether one is asked for is a setting; ' +
              '`x-scope` of an operation is what it must allow.',
          },
        },
      },
      tags: [
        { name: 'imports', description: 'Reports of other tools' },
        { name: 'scenarios', description: 'Chaos test definitions' },
        { name: 'runs', description: 'Executions of scenarios' },
        { name: 'events', description: 'Faults injected during runs' },
        { name: 'results', description: 'Checked assertions of runs' },
        { name: 'analytics', description: 'Figures over many records' },
        { name: 'live', description: 'How far running executions are' },
        { name: 'locks', description: 'What keeps two processes from doing the same at once' },
        { name: 'cache', description: 'JSON values with expiry, under namespaces' },
        { name: 'services', description: 'Processes that are registered, and their heartbeats' },
        { name: 'audit', description: 'Who changed what' },
        { name: 'health', description: 'For whoever watches the process' },
      ],
    },
    // Components are called as in the sources, not def-0, def-1, …
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema['$id'] === 'string' ? schema['$id'] : `def-${index}`,
    },
  };
}

export function documentRoute(document: () => unknown): ApiRoute {
  return {
    method: 'GET',
    url: '/openapi.json',
    access: 'everybody',
    schema: {
      operationId: 'getOpenApi',
      summary: 'This document',
      tags: ['health'],
      response: { ...answers(200, 'OpenAPI 3.1'), 200: { description: 'OpenAPI 3.1', type: 'object' } },
    },
    handler: () => Promise.resolve(document()),
  };
}
