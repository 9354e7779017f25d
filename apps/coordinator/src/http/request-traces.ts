import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { TRACER } from '../tracing/tracing.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where what is done for this request belongs in a trace; absent where nothing is traced. */
    traceContext?: Context;
  }
}

/**
 * A span for every request, in the trace that its caller began (W3C `traceparent`) or in one of its own. Attributes are
 * those of the semantic conventions, but for the address, whose ids and queries are nobody's business elsewhere.
 */
export function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer(TRACER);
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers, id, routeOptions } = request;
    const begun = propagation.extract(ROOT_CONTEXT, headers);
    const route = routeOptions.url;
    const attributes = {
      'http.request.method': method,
      ...(route !== undefined && { 'http.route': route }),
      'test_coordinator.request_id': id,
    };
    const name = route === undefined ? method : `${method} ${route}`;
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, begun);
    request.traceContext = trace.setSpan(begun, span);
    context.with(request.traceContext, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = request.traceContext === undefined ? undefined : trace.getSpan(request.traceContext);
    const { statusCode } = reply;
    span?.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}

/** Does it within the trace of the request: what the server does once the answer is out has lost it. */
export function inTraceOf<Answer>({ traceContext }: FastifyRequest, work: () => Answer): Answer {
  return traceContext === undefined ? work() : context.with(traceContext, work);
}
