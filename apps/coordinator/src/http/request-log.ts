import type { FastifyReply, FastifyRequest } from 'fastify';

import { DataAdapterError, type LogFields, type Logger } from '@test-coordinator/ports';

/** What may stand in a log without harm. */
const ID = /^[\w.:-]{1,128}$/;
const RUN = /^\/api\/v1\/runs\/([\w.:-]{1,128})$/;

/** A failure that is not the caller's. */
export function logFailure(logger: Logger, error: unknown, request: FastifyRequest): void {
  const fields = fieldsOf(request);
  if (DataAdapterError.is(error)) {
    logger.error({ ...fields, code: error.code, entity: error.entity, id: error.id }, error.message);
  } else {
    const stack = error instanceof Error ? error.stack : undefined;
    logger.error(
      { ...fields, code: 'INTERNAL', stack },
      'a request failed for a reason that nobody expected',
    );
  }
}

/** A line for each answer, at the level DEBUG. */
export function logResponse(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  if (!logger.isDebugEnabled()) return;
  const fields = fieldsOf(request);
  const runId = fields['runId'] ?? RUN.exec(String(reply.getHeader('location')))?.[1];
  const durationMs = Math.round(reply.elapsedTime);
  logger.debug(
    { ...fields, runId, status: reply.statusCode, durationMs },
    `${request.method} ${request.routeOptions.url ?? 'no route'}`,
  );
}

/** By what lines about one request, one run or one correlation are found. */
function fieldsOf({ id, method, routeOptions, principal, params, query, body }: FastifyRequest): LogFields {
  const told = [params, query, body];
  return {
    requestId: id,
    method,
    route: routeOptions.url,
    actor: principal?.actor,
    runId: idIn(told, 'runId'),
    correlationId: idIn(told, 'correlationId'),
  };
}

/** What the first of them calls so, if that is an id. */
function idIn(sources: readonly unknown[], name: string): string | undefined {
  for (const source of sources) {
    if (typeof source !== 'object' || source === null || !Object.hasOwn(source, name)) continue;
    const value: unknown = Reflect.get(source, name);
    if (typeof value === 'string' && ID.test(value)) return value;
  }
  return undefined;
}
