import { renderMarkdown, renderText, runReport } from '@test-coordinator/ingest';
import { checkOneOf, type Repositories } from '@test-coordinator/ports';

import { answers, callOptions, idOf, pathParameter, type ApiRoute } from './api-route.js';
import { tellDegraded } from './freshness.js';
import { FRESHNESS, objectOf, refTo } from './record-schemas.js';
import { REPORT } from './report-schemas.js';
import { readQuery } from './wire-reader.js';

const FORMATS = ['json', 'markdown', 'text'] as const;
type Format = (typeof FORMATS)[number];

const query = objectOf({ format: { type: 'string', enum: FORMATS, default: 'json' } }, ['format']);

/** @param isDegraded Whether an answer given now may lack something. */
export function reportRoutes(repositories: Repositories, isDegraded: () => boolean): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/runs/:runId/report',
      schema: {
        operationId: 'getRunReport',
        summary: 'The report of a run',
        description:
          'Verdict, pass rate with what was left out of it, failures, faults and their recovery times.',
        tags: ['runs'],
        params: pathParameter('runId', 'The id of the run'),
        querystring: query,
        response: {
          ...answers(200, 'The report'),
          200: {
            description: 'The report',
            headers: { freshness: FRESHNESS },
            content: {
              'application/json': { schema: refTo(REPORT) },
              'text/markdown': { schema: { type: 'string' } },
              'text/plain': { schema: { type: 'string' } },
            },
          },
        },
      },
      async handler(request, reply) {
        const { format = 'json' } = readQuery<{ format?: Format }>(query, request.query);
        checkOneOf(format, FORMATS, 'format');
        const report = await runReport(repositories, idOf(request, 'runId'), callOptions(request, reply));
        if (isDegraded()) tellDegraded(reply);
        if (format === 'json') return report;
        reply.type(`text/${format === 'text' ? 'plain' : 'markdown'}; charset=utf-8`);
        return format === 'text' ? renderText(report) : renderMarkdown(report);
      },
    },
  ];
}
