import type { FastifyRequest } from 'fastify';

import { isSpooled } from '@test-coordinator/adapter-spool';
import { importReport, type RefusalCode } from '@test-coordinator/ingest';
import type { Clock, UnitOfWork } from '@test-coordinator/ports';

import { answers, callOptions, type ApiRoute } from './api-route.js';
import { HttpError } from './problem-details.js';
import { objectOf, refTo } from './record-schemas.js';
import { REPORT } from './report-schemas.js';
import { closeUnlessRead, piecesOf } from './request-stream.js';
import { readQuery } from './wire-reader.js';

const TEXT = { type: 'string' };
const query = objectOf(
  {
    fileName: {
      ...TEXT,
      description: 'Told in the report; names the scenario of a JUnit file that has no name',
    },
    zone: { ...TEXT, description: 'Zone of JUnit times without an offset, such as +01:00', default: 'UTC' },
    environment: { ...TEXT, description: 'The environment that was tested' },
  },
  ['fileName', 'zone', 'environment'],
);

export interface ImportPorts {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  /** Bytes at most, as sent and after decompression. */
  readonly maxBytes: number;
}

/** These routes take the body as it comes, whatever its content type says: files are recognised by their content. */
export function importRoutes({ unitOfWork, clock, maxBytes }: ImportPorts): ApiRoute[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/imports',
      schema: {
        operationId: 'importReport',
        summary: 'Record what a report of another tool says',
        description:
          'The body is the file itself, gzip or not: a Chaos Toolkit journal or experiment, JUnit XML, CTRF, Litmus or ' +
          'Chaos Mesh YAML. A file that was imported before changes nothing and answers 200.',
        tags: ['imports'],
        querystring: query,
        body: { content: { '*/*': { schema: { ...TEXT, format: 'binary' } } } },
        response: {
          ...answers(201, 'What was recorded', REPORT),
          200: { description: 'What was recorded before', ...refTo(REPORT) },
          202: {
            description: 'Accepted as a whole: the store is away, and gets it when it is back',
            ...refTo(REPORT),
          },
        },
      },
      async handler(request, reply) {
        const options = readQuery<{ fileName?: string; zone?: string; environment?: string }>(
          query,
          request.query,
        );
        if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
        const { signal, ...call } = callOptions(request, reply);
        const report = await importReport(unitOfWork, bodyOf(request), {
          ...options,
          clock,
          maxBytes,
          signal,
          call,
        });
        const { error } = report.reports[0]!;
        if (error !== undefined) {
          closeUnlessRead(request, reply);
          throw refusal(error);
        }
        const isRecorded = report.reports.some(({ outcome }) => outcome === 'recorded');
        if (isSpooled(report.reports)) reply.code(202);
        else reply.code(isRecorded ? 201 : 200);
        return report;
      },
    },
  ];
}

function bodyOf(request: FastifyRequest): AsyncIterable<Uint8Array> {
  if (request.body === undefined)
    throw new HttpError(400, 'INVALID_ARGUMENT', 'The body must be the file to import.');
  return piecesOf(request);
}

function refusal({ code, message }: { readonly code: RefusalCode; readonly message: string }): HttpError {
  return new HttpError(code === 'TOO_LARGE' ? 413 : 400, 'INVALID_ARGUMENT', `${message} (${code})`);
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, 'INVALID_ARGUMENT', `The file is larger than ${maxBytes} bytes.`);
}
