import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import type { PostgresAdapter } from '@test-coordinator/adapter-postgres';
import type { NewServiceInfo } from '@test-coordinator/domain';
import { IdGenerator, systemClock, type Logger } from '@test-coordinator/ports';
import { milliseconds } from '@test-coordinator/settings';

import type { AdapterFactory } from '../composition/adapter-factory.js';
import { chooseAdapters } from '../composition/choose-adapters.js';
import { chooseAuthentication } from '../composition/choose-authentication.js';
import { applyRetentionHourly } from '../composition/retention.js';
import { ServiceRegistration } from '../composition/service-registration.js';
import { buildServer } from '../http/server.js';
import { createLogger } from '../logging/masked-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { observeAdapters } from '../metrics/observe-adapters.js';
import { productVersion } from '../product-version.js';
import type { Authentication } from '../security/authentication.js';
import { Tracing } from '../tracing/tracing.js';
import { readSettings } from '../settings/read-settings.js';
import type { Settings } from '../settings/setting-table.js';
import { EXIT, UsageError, type Command, type Host } from './command.js';
import { parsed } from './parsed-arguments.js';

type Server = Awaited<ReturnType<typeof buildServer>>;

/** A server that listens on all addresses is reached by the name of its machine. */
const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
/** An id holds 128 characters: a name, a dash and a UUID. */
const NAME_IN_ID_LENGTH = 91;

/** How long requests under way may take once the process was asked to stop. */
const REQUESTS_MS = 4_000;
/** How long all of the stop may take. What is not stored by then is on disk, and waits there. */
const STOP_MS = 7_500;

/** Serves the HTTP API until SIGTERM or SIGINT, then answers what is under way and stops. */
export const serveCommand: Command = {
  async run(args, host) {
    parsed(() => parseArgs({ args: [...args], options: {} }));
    const settings = readSettings(host.environment);
    await serve(settings, host);
    return EXIT.done;
  },
};

async function serve(settings: Settings, { stdout, environment }: Host): Promise<void> {
  const { serviceName, logLevel: level } = settings;
  const logger = await createLogger(stdout, { level, serviceName, isPretty: stdout.isTTY === true });
  const stopAsked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]).then(() =>
    performance.now(),
  );
  const authentication = await chooseAuthentication(settings, { environment, clock: systemClock, logger });
  const metrics = new Metrics(versionOf(settings));
  const { observeCall } = metrics;
  await using tracing = await startTracing(settings, logger);
  const traceCall = tracing?.traceCall;
  const factory = await chooseAdapters(settings, {
    logger,
    environment,
    spools: true,
    observeCall,
    traceCall,
  });
  const underneath: AsyncDisposable[] = [factory];
  let stopBegan: number | undefined;
  try {
    await factory.start();
    const { isDurable, detail } = factory.storage;
    logger[isDurable ? 'info' : 'warn']({}, `records are kept ${detail}`);
    underneath.push(applyRetentionHourly(factory, settings, logger));
    observeAdapters(metrics, { factory, postgres: await postgresOf(factory, settings), clock: systemClock });
    const isTraced = tracing !== undefined;
    const served = { factory, settings, logger, authentication, metrics, isTraced };
    stopBegan = await serveUntil(stopAsked, served);
  } finally {
    const left = STOP_MS - (stopBegan === undefined ? 0 : performance.now() - stopBegan);
    const stopped = Promise.all(underneath.map((each) => each[Symbol.asyncDispose]()));
    if (!(await isDoneWithin(left, stopped)))
      logger.warn({}, 'ended without waiting any longer for a store that does not answer');
  }
}

interface Served {
  readonly factory: AdapterFactory;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly authentication: Authentication | undefined;
  readonly metrics: Metrics;
  readonly isTraced: boolean;
}

/** Answers when it was asked to stop. */
async function serveUntil(
  stopAsked: Promise<number>,
  { factory, settings, logger, authentication, metrics, isTraced }: Served,
): Promise<number> {
  const version = versionOf(settings);
  const server = await buildServer({
    factory,
    logger,
    version,
    authentication,
    metrics,
    isTraced,
    corsOrigins: settings.corsOrigins,
    requestsPerSecond: settings.requestsPerSecond,
    failuresPerMinute: settings.authFailureLimit,
    bodyLimitBytes: settings.httpBodyLimitBytes,
    importLimitBytes: settings.httpImportLimitBytes,
  });
  try {
    const url = await listen(server, settings);
    logger.info({ version, url, docs: `${url}/docs` }, `serving on ${url}, API docs on ${url}/docs`);
    await using _registration = new ServiceRegistration({
      services: factory.getServiceDiscoveryRepository(),
      service: serviceOf(factory, server, { ...settings, version }),
      heartbeatIntervalMs: milliseconds(settings.heartbeatIntervalSeconds),
      logger,
    });
    const stopBegan = await stopAsked;
    logger.info({}, 'asked to stop: answering what is under way');
    return stopBegan;
  } finally {
    // A client that never ends its request must not hold the process.
    const impatience = setTimeout(() => server.server.closeAllConnections(), REQUESTS_MS);
    await server.close();
    clearTimeout(impatience);
    logger.info({}, 'stopped serving');
  }
}

async function startTracing(settings: Settings, logger: Logger): Promise<Tracing | undefined> {
  const { tracesEndpoint: endpoint, tracesPercent: percent, serviceName } = settings;
  if (endpoint === undefined) return undefined;
  const serviceVersion = versionOf(settings);
  return Tracing.start({ endpoint, percent, serviceName, serviceVersion, logger });
}

function versionOf({ serviceVersion }: Settings): string {
  return serviceVersion ?? productVersion();
}

/** Loaded already where it was chosen, and not at all where it was not. */
async function postgresOf(
  factory: AdapterFactory,
  { store }: Settings,
): Promise<PostgresAdapter | undefined> {
  if (store === 'memory') return undefined;
  const { PostgresAdapter } = await import('@test-coordinator/adapter-postgres');
  return factory.findAdapter(PostgresAdapter);
}

async function isDoneWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  const late = delay(ms, false, { signal: waiting.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    waiting.abort();
  }
}

/** What other processes are told of this one. */
function serviceOf(
  factory: AdapterFactory,
  server: Server,
  { serviceName, version, httpHost }: Settings & { readonly version: string },
): NewServiceInfo {
  return {
    serviceId: `${serviceName.slice(0, NAME_IN_ID_LENGTH)}-${factory.get<IdGenerator>(IdGenerator).next()}`,
    serviceName,
    version,
    host: ANY_ADDRESS.has(httpHost) ? hostname() : httpHost,
    httpPort: (server.server.address() as AddressInfo).port,
    grpcPort: 0,
  };
}

const ADDRESS_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is taken by another program',
  EACCES: 'this user may not take it',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'the host name is not known',
};

async function listen(server: Server, { httpHost: host, httpPort: port }: Settings): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const problem = ADDRESS_PROBLEMS[String((error as { code?: unknown }).code)];
    if (problem === undefined) throw error;
    throw new UsageError(
      `Cannot listen on ${host} port ${port}: ${problem}. Set TEST_COORDINATOR_HTTP_HOST or TEST_COORDINATOR_HTTP_PORT.`,
    );
  }
}
