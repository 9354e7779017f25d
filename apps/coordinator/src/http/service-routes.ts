import { newServiceInfoRules, type NewServiceInfo } from '@test-coordinator/domain';
import type { ServiceDiscoveryRepository } from '@test-coordinator/ports';

import {
  answers,
  callOptions,
  found,
  gone,
  idOf,
  listQuery,
  pathParameter,
  type ApiRoute,
} from './api-route.js';
import {
  COUNT,
  listOf,
  named,
  objectOf,
  SERVICE_INFO,
  SERVICE_PAGE,
  type NamedSchema,
} from './record-schemas.js';
import { readBody, readListQuery } from './wire-reader.js';

const URL = '/api/v1/services';
const ONE = `${URL}/:serviceId`;
const tags = ['services'];
const params = pathParameter('serviceId', 'The id of the instance');
const query = listQuery({
  serviceName: { type: 'string', description: 'The name under which instances are registered' },
});

const SERVICE_HEALTH = named('ServiceHealth', objectOf({ isHealthy: { type: 'boolean' } }));
const SERVICE_COUNT = named('ServiceCount', objectOf({ count: COUNT }));
const REMOVED_SERVICES = named('RemovedServices', objectOf({ serviceIds: listOf({ type: 'string' }) }));
export const SERVICE_SCHEMAS: readonly NamedSchema[] = [SERVICE_HEALTH, SERVICE_COUNT, REMOVED_SERVICES];

export function serviceRoutes(services: ServiceDiscoveryRepository): ApiRoute[] {
  return [
    {
      method: 'POST',
      url: URL,
      schema: {
        operationId: 'registerService',
        summary: 'Register an instance, seen now',
        description: 'The same id again replaces it and keeps when it was registered first.',
        tags,
        body: newServiceInfoRules.schema,
        response: answers(201, 'The instance as it is registered', SERVICE_INFO),
      },
      async handler(request, reply) {
        const given = readBody<NewServiceInfo>(newServiceInfoRules.schema, request.body);
        const service = await services.register(given, callOptions(request, reply));
        reply.code(201).header('location', `${URL}/${service.serviceId}`);
        return service;
      },
    },
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'listServices',
        summary: 'List registered service instances, the newest first',
        description:
          'Coordinators register themselves. Who sends no heartbeat stays listed until it is stale and swept.',
        tags,
        querystring: query,
        response: answers(200, 'One page', SERVICE_PAGE),
      },
      handler(request, reply) {
        const { filter, page } = readListQuery<{ readonly serviceName?: string }>(query, request.query);
        const options = callOptions(request, reply);
        return filter.serviceName === undefined
          ? services.listAllServices(page, options)
          : services.listServicesByName(filter.serviceName, page, options);
      },
    },
    {
      method: 'GET',
      url: ONE,
      schema: {
        operationId: 'getService',
        summary: 'Read an instance, healthy or stale',
        tags,
        params,
        response: answers(200, 'The instance', SERVICE_INFO),
      },
      async handler(request, reply) {
        const id = idOf(request, 'serviceId');
        return found(await services.getServiceById(id, callOptions(request, reply)), 'service', id);
      },
    },
    {
      method: 'DELETE',
      url: ONE,
      // Whoever registers takes itself off in the end.
      access: 'record',
      schema: {
        operationId: 'deregisterService',
        summary: 'Take an instance off the registry',
        tags,
        params,
        response: answers(204, 'It was taken off'),
      },
      async handler(request, reply) {
        const id = idOf(request, 'serviceId');
        return gone(reply, await services.deregister(id, callOptions(request, reply)), 'service', id);
      },
    },
    {
      method: 'POST',
      url: `${ONE}/heartbeat`,
      schema: {
        operationId: 'sendHeartbeat',
        summary: 'Say that an instance is alive',
        description:
          'The clock of the store tells when. An instance that is not known is 404: it registers again.',
        tags,
        params,
        response: answers(200, 'The instance, seen now', SERVICE_INFO),
      },
      handler: (request, reply) =>
        services.updateHeartbeat(idOf(request, 'serviceId'), callOptions(request, reply)),
    },
    {
      method: 'GET',
      url: `${ONE}/health`,
      schema: {
        operationId: 'getServiceHealth',
        summary: 'Whether an instance is registered and was seen lately',
        tags,
        params,
        response: answers(200, 'Whether it is; false for one that is not known', SERVICE_HEALTH),
      },
      handler: async (request, reply) => ({
        isHealthy: await services.isServiceHealthy(idOf(request, 'serviceId'), callOptions(request, reply)),
      }),
    },
    // Beside the instances, of which one may have any of these words as its id.
    {
      method: 'GET',
      url: '/api/v1/service-names/:serviceName',
      schema: {
        operationId: 'findService',
        summary: 'The healthy instance of a name that was seen last',
        tags,
        params: pathParameter('serviceName', 'The name under which instances are registered'),
        response: answers(200, 'The instance', SERVICE_INFO),
      },
      async handler(request, reply) {
        const name = idOf(request, 'serviceName');
        const service = await services.getServiceByName(name, callOptions(request, reply));
        return found(service, 'healthy service', name);
      },
    },
    {
      method: 'GET',
      url: '/api/v1/service-count',
      schema: {
        operationId: 'countServices',
        summary: 'How many instances are registered, stale ones too',
        tags,
        response: answers(200, 'How many', SERVICE_COUNT),
      },
      handler: async (request, reply) => ({
        count: await services.getServiceCount(callOptions(request, reply)),
      }),
    },
    {
      method: 'DELETE',
      url: '/api/v1/stale-services',
      schema: {
        operationId: 'removeStaleServices',
        summary: 'Remove every instance that was not seen for the configured time',
        tags,
        response: answers(200, 'The ids of those that were removed, ascending', REMOVED_SERVICES),
      },
      handler: async (request, reply) => ({
        serviceIds: await services.removeStaleServices(callOptions(request, reply)),
      }),
    },
  ];
}
