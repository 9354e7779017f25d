import fastifySwagger from '@fastify/swagger';
import {
  fastify,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
  type onRequestAsyncHookHandler,
} from 'fastify';

import { SpoolAdapter } from '@test-coordinator/adapter-spool';
import { Clock, DataAdapterError, IdGenerator, type Logger } from '@test-coordinator/ports';

import type { AdapterFactory } from '../composition/adapter-factory.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Authentication } from '../security/authentication.js';
import type { Scope } from '../security/scope.js';
import { accessOf, guard, knowPrincipals } from './access.js';
import { analyticsRoutes } from './analytics-routes.js';
import { assertionRoutes } from './assertion-routes.js';
import { ASSERTION_SCHEMAS } from './assertion-schemas.js';
import type { ApiRoute } from './api-route.js';
import { answerBrokenRequest } from './broken-request.js';
import { auditRoutes } from './audit-routes.js';
import { cacheRoutes } from './cache-routes.js';
import { CACHE_SCHEMAS } from './cache-schemas.js';
import { serveDocs } from './docs-page.js';
import { drainConnections } from './connection-drain.js';
import { eventRoutes } from './event-routes.js';
import { FIGURE_SCHEMAS } from './figure-schemas.js';
import { tellFreshness } from './freshness.js';
import { healthRoutes } from './health-routes.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { importRoutes } from './import-routes.js';
import { takeJson } from './json-body.js';
import { takeJsonLines } from './json-lines.js';
import { liveRoutes } from './live-routes.js';
import { LOCK_SCHEMAS, lockRoutes } from './lock-routes.js';
import { documentOptions, documentRoute } from './openapi-document.js';
import { HttpError, PROBLEM_CONTENT_TYPE, problemOf } from './problem-details.js';
import { metricsRoutes } from './metrics-routes.js';
import { failureCounter, protect, type ProtectionOptions } from './protection.js';
import { NAMED_SCHEMAS, type NamedSchema } from './record-schemas.js';
import { reportRoutes } from './report-routes.js';
import { REPORT } from './report-schemas.js';
import { requestIdOf } from './request-id.js';
import { logFailure, logResponse } from './request-log.js';
import { inTraceOf, traceRequests } from './request-traces.js';
import { LOADED } from './result-load.js';
import { resultRoutes } from './result-routes.js';
import { runRoutes } from './run-routes.js';
import { scenarioRoutes } from './scenario-routes.js';
import { SERVICE_SCHEMAS, serviceRoutes } from './service-routes.js';

const DEFAULT_BODY_LIMIT_BYTES = 1_048_576;
const DEFAULT_IMPORT_LIMIT_BYTES = 67_108_864;
/** A batch of 1000 results with a few texts each is some megabytes: so many bodies may it have. */
const BATCH_BODIES = 16;

export interface ServerOptions extends ProtectionOptions {
  readonly factory: AdapterFactory;
  readonly logger: Logger;
  /** Of the product, told in the document. */
  readonly version: string;
  /** Told of every request, and answered with under /metrics. @default there is no such route */
  readonly metrics?: Metrics | undefined;
  /** Whether each request is a span of the standard API (`Tracing`). @default false */
  readonly isTraced?: boolean | undefined;
  /** Tells who asks. Left out, nobody is asked, and everybody may do everything. */
  readonly authentication?: Authentication | undefined;
  /** Bytes of a JSON body at most, and a sixteenth of those of a batch. @default DEFAULT_BODY_LIMIT_BYTES (1 MiB) */
  readonly bodyLimitBytes?: number;
  /** Bytes of an imported file at most. @default DEFAULT_IMPORT_LIMIT_BYTES (64 MiB) */
  readonly importLimitBytes?: number;
}

/** A store that was away is asked twice a second whether it is back. */
const RETRY_AFTER_SECONDS = 1;
const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Longer than any id, so that what is too long for one is told so by its port. */
const MAX_PARAM_LENGTH = 2_048;

/** Long enough for the largest file over a slow line; without it, a client that sends a byte a minute holds a connection. */
const REQUEST_TIMEOUT_MS = 300_000;

const DOCUMENTED: readonly NamedSchema[] = [
  ...NAMED_SCHEMAS,
  ...FIGURE_SCHEMAS,
  ...ASSERTION_SCHEMAS,
  ...SERVICE_SCHEMAS,
  ...CACHE_SCHEMAS,
  ...LOCK_SCHEMAS,
  LOADED,
  REPORT,
];

/** The HTTP API over the ports of `factory`, ready to listen. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { factory, logger } = options;
  const isDegraded = (): boolean => factory.findAdapter(SpoolAdapter)?.isDegraded === true;

  function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = problemOf(error, {
      requestId: request.id,
      isConditional: request.headers['if-match'] !== undefined,
    });
    // An outage is told once by who noticed it, and not by every call that it refuses.
    const isOutage = DataAdapterError.is(error) && error.retryable && isDegraded();
    if (problem.status >= 500 && !isOutage) logFailure(logger, error, request);
    if (problem.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    void reply
      .code(problem.status)
      .header('x-request-id', request.id)
      .type(PROBLEM_CONTENT_TYPE)
      .serializer(JSON.stringify)
      .send(problem);
  }

  const app = fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While the server drains, what still arrives on an open connection is answered, and the connection closed.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    requestIdHeader: false,
    genReqId: requestIdOf,
    frameworkErrors: sendProblem,
  });
  // The domain judges what comes in, and what goes out is what a port gave: the schemas describe, and a test holds
  // the answers to them. ajv would coerce and strip, and would tell problems in other words.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    sendProblem(new HttpError(404, 'NOT_FOUND', 'There is no such route: /docs lists them.'), request, reply);
  });
  drainConnections(app);
  takeJson(app);
  takeJsonLines(app);
  knowPrincipals(app);
  if (options.isTraced === true) traceRequests(app);
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  // Hooks of every request take a callback: an async one costs a promise, whatever it does.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  tellFreshness(app);
  app.addHook('onResponse', (request, reply, done) => {
    options.metrics?.observeRequest(
      request.method,
      request.routeOptions.url,
      reply.statusCode,
      reply.elapsedTime / 1_000,
    );
    inTraceOf(request, () => logResponse(logger, request, reply));
    done();
  });

  await protect(app, options);
  const countFailure = failureCounter(app, options);
  const guardOf: GuardOf = (needed) =>
    options.authentication && guard(options.authentication, needed, countFailure);
  await app.register(fastifySwagger, documentOptions(options.version));
  for (const schema of DOCUMENTED) app.addSchema(schema);
  await serveDocs(app);
  await app.register(async (imports) => {
    imports.removeAllContentTypeParsers();
    imports.addContentTypeParser('*', (_request, body, done) => done(null, body));
    const maxBytes = options.importLimitBytes ?? DEFAULT_IMPORT_LIMIT_BYTES;
    registerRoutes(
      imports,
      importRoutes({ unitOfWork: factory.getUnitOfWork(), clock: factory.get(Clock), maxBytes }),
      guardOf,
    );
  });
  const chaosEvents = factory.getChaosEventsRepository();
  const testResults = factory.getTestResultsRepository();
  const testRuns = factory.getTestRunsRepository();
  const cache = factory.getCacheRepository();
  const locks = factory.getExecutionLocks();
  const keys = new IdempotencyKeys({ cache, locks, ids: factory.get(IdGenerator) });
  const routes = [
    ...healthRoutes(factory, closing.signal),
    ...scenarioRoutes(factory.getScenariosRepository()),
    ...runRoutes({ testRuns, chaosEvents, testResults, keys }),
    ...reportRoutes(factory.getRepositories(), isDegraded),
    ...eventRoutes(chaosEvents, keys),
    ...resultRoutes({ testResults, keys, isDegraded }),
    ...analyticsRoutes({ testRuns, chaosEvents, testResults }),
    ...assertionRoutes(testResults),
    ...liveRoutes({ activeRuns: factory.getActiveRuns(), closing: closing.signal, logger }),
    ...cacheRoutes(cache),
    ...lockRoutes(locks),
    ...auditRoutes(factory.getAuditLog()),
    ...serviceRoutes(factory.getServiceDiscoveryRepository()),
    ...(options.metrics === undefined ? [] : metricsRoutes(options.metrics)),
    documentRoute(() => app.swagger()),
  ];
  registerRoutes(app, routes, guardOf);
  await app.ready();
  return app;
}

/** What refuses who may not call; `undefined` where nobody is asked. */
type GuardOf = (needed: Scope) => onRequestAsyncHookHandler | undefined;

function registerRoutes(app: FastifyInstance, routes: readonly ApiRoute[], guardOf: GuardOf): void {
  const allowed = new Map<string, Set<HTTPMethods>>();
  for (const { access, schema, isBatch = false, ...route } of routes) {
    const needed = access ?? accessOf(route.method);
    app.route({
      ...route,
      ...(isBatch && { bodyLimit: BATCH_BODIES * app.initialConfig.bodyLimit! }),
      schema:
        needed === 'everybody' ? schema : { ...schema, security: [{ key: [] }, {}], ['x-scope']: needed },
      // Probes come as often as they like.
      ...(needed === 'everybody' && { config: { rateLimit: false } }),
      ...(needed !== 'everybody' && { onRequest: guardOf(needed) ?? [] }),
    });
    const methods = allowed.get(route.url) ?? new Set();
    allowed.set(route.url, methods.add(route.method));
  }
  for (const [url, methods] of allowed) refuseOtherMethods(app, url, methods);
}

/** A known address with another method is 405 and says which it takes, before any body is read. */
function refuseOtherMethods(app: FastifyInstance, url: string, methods: ReadonlySet<HTTPMethods>): void {
  const allow = [...methods].join(', ');
  app.route({
    method: METHODS.filter((method) => !methods.has(method)),
    url,
    schema: { hide: true },
    exposeHeadRoute: false,
    onRequest: async (_request, reply) => {
      reply.header('allow', allow);
      throw new HttpError(405, 'INVALID_ARGUMENT', `This address takes ${allow}.`);
    },
    handler: () => Promise.resolve(),
  });
}
