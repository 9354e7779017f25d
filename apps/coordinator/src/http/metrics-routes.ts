import type { Metrics } from '../metrics/metrics.js';
import { answers, type ApiRoute } from './api-route.js';

export function metricsRoutes(metrics: Metrics): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: '/metrics',
      schema: {
        operationId: 'getMetrics',
        summary: 'What this process counts and measures, for Prometheus',
        tags: ['health'],
        response: {
          ...answers(200, 'The text format of Prometheus'),
          200: {
            description: 'The text format of Prometheus',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
        },
      },
      async handler(_request, reply) {
        reply.type(metrics.contentType).serializer((text: string) => text);
        return metrics.text();
      },
    },
  ];
}
