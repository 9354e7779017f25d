import type { ServiceDiscoveryRepository } from '@test-coordinator/ports';

import { answers, callOptions, listQuery, type ApiRoute } from './api-route.js';
import { SERVICE_PAGE } from './record-schemas.js';
import { readListQuery } from './wire-reader.js';

const query = listQuery({
  serviceName: { type: 'string', description: 'The name under which instances are registered' },
});

export function serviceRoutes(registry: ServiceDiscoveryRepository): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/services',
      schema: {
        operationId: 'listServices',
        summary: 'List registered service instances, the newest first',
        description:
          'Coordinators register themselves. Who sends no heartbeat stays listed until it is stale and swept.',
        tags: ['services'],
        querystring: query,
        response: answers(200, 'One page', SERVICE_PAGE),
      },
      handler(request, reply) {
        const { filter, page } = readListQuery<{ readonly serviceName?: string }>(query, request.query);
        const options = callOptions(request, reply);
        return filter.serviceName === undefined
          ? registry.listAllServices(page, options)
          : registry.listServicesByName(filter.serviceName, page, options);
      },
    },
  ];
}
