import { ACCESS_SETTINGS } from './access-settings.js';
import { HTTP, setting, TRACES, type Setting } from './setting.js';
import {
  matching,
  onOrOff,
  oneOf,
  origins,
  seconds,
  secretMatching,
  secretUrl,
  wholeNumber,
} from './setting-kinds.js';

const ADAPTER = 'TEST_COORDINATOR_ADAPTER_';

/** Under these prefixes every variable must be one of the table. */
export const SETTING_PREFIXES: readonly string[] = [ADAPTER, HTTP, TRACES];

const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type StoreName = 'postgres' | 'memory';

const DAY_SECONDS = 86_400;
const MIB = 1_048_576;
const poolSize = wholeNumber(1, 1_000);
const timeout = seconds(0.001, DAY_SECONDS);
const ttl = seconds(0.001, 365 * DAY_SECONDS);
const path = matching(/^[^\0]{1,4096}$/, 'a path');
const days = wholeNumber(1, 36_500);
const bodyLimit = wholeNumber(1_024, 1_024 * MIB);

/** Every setting of the product, in the order of its documentation. */
export const SETTINGS = {
  store: setting(
    'TEST_COORDINATOR_STORE',
    oneOf<StoreName>(['postgres', 'memory']),
    'postgres',
    'Where records live: `postgres`, or `memory`, which ends with the process',
  ),
  postgresUrl: setting(
    `${ADAPTER}POSTGRES_URL`,
    secretUrl(['postgresql', 'postgres']),
    undefined,
    'PostgreSQL server for the records; left out, an embedded one; `postgresql+asyncpg` and the like are taken',
  ),
  postgresPoolSize: setting(`${ADAPTER}POSTGRES_POOL_SIZE`, poolSize, 10, 'Connections that are kept'),
  postgresMaxOverflow: setting(
    `${ADAPTER}POSTGRES_MAX_OVERFLOW`,
    wholeNumber(0, 1_000),
    20,
    'Further connections under load',
  ),
  postgresPoolTimeoutSeconds: setting(
    `${ADAPTER}POSTGRES_POOL_TIMEOUT`,
    timeout,
    30,
    'Seconds to wait for a connection',
  ),
  postgresPoolRecycleSeconds: setting(
    `${ADAPTER}POSTGRES_POOL_RECYCLE`,
    timeout,
    3_600,
    'Seconds after which a connection is replaced',
  ),
  postgresSchema: setting(
    `${ADAPTER}POSTGRES_SCHEMA`,
    matching(/^[a-z_][a-z0-9_]{0,62}$/, '1–63 of a–z, 0–9 and _, not starting with a digit'),
    'test_coordination',
    'Schema of the tables',
  ),
  spool: setting(
    `${ADAPTER}SPOOL`,
    onOrOff(),
    true,
    'Whether `serve` keeps what it records in a spool on disk while PostgreSQL is away; off, it is refused then',
  ),
  spoolDir: setting(
    `${ADAPTER}SPOOL_DIR`,
    path,
    undefined,
    'Folder of the spool, on a local disk; left out, `spool` in the data folder',
  ),
  spoolMaxBytes: setting(
    `${ADAPTER}SPOOL_MAX_BYTES`,
    wholeNumber(16 * MIB, 1_024 * 1_024 * MIB),
    2_048 * MIB,
    'Bytes that the spool of a process may take; beyond it records are refused, and none is dropped',
  ),
  spoolHighWaterPercent: setting(
    `${ADAPTER}SPOOL_HIGH_WATER`,
    wholeNumber(1, 100),
    80,
    'Percent of these bytes from which `/readyz` says `isAboveHighWater`',
  ),
  spoolAfterSeconds: setting(
    `${ADAPTER}SPOOL_AFTER`,
    timeout,
    5,
    'Seconds that a write waits for PostgreSQL before it goes to the spool',
  ),
  redisUrl: setting(
    `${ADAPTER}REDIS_URL`,
    secretMatching(
      /^rediss?(?:\+(?:sentinel|cluster))?:\/\/./i,
      'a URL that starts with redis://, redis+sentinel:// or redis+cluster://, or with rediss for TLS',
    ),
    undefined,
    'Redis for cache, service registry, locks and live state; `redis+sentinel://h1,h2/master` and `redis+cluster://h1,h2` are taken; left out, in memory',
  ),
  redisPoolSize: setting(`${ADAPTER}REDIS_POOL_SIZE`, poolSize, 10, 'Connections to each server'),
  redisSocketTimeoutSeconds: setting(
    `${ADAPTER}REDIS_SOCKET_TIMEOUT`,
    timeout,
    5,
    'Seconds that a command may take',
  ),
  redisSocketConnectTimeoutSeconds: setting(
    `${ADAPTER}REDIS_SOCKET_CONNECT_TIMEOUT`,
    timeout,
    5,
    'Seconds that connecting may take',
  ),
  redisKeyPrefix: setting(
    `${ADAPTER}REDIS_KEY_PREFIX`,
    matching(/^[\w.:-]{1,64}$/, '1–64 letters, digits or . _ : -'),
    'tc:',
    'Start of every key',
  ),
  cacheTtlDefaultSeconds: setting(
    `${ADAPTER}CACHE_TTL_DEFAULT`,
    ttl,
    300,
    'Seconds that a cache entry lives unless its write says otherwise',
  ),
  cacheTtlScenariosSeconds: setting(
    `${ADAPTER}CACHE_TTL_SCENARIOS`,
    seconds(0, 365 * DAY_SECONDS),
    600,
    'Seconds that a scenario is kept in Redis once it was read; 0 keeps none; the same on all coordinators',
  ),
  cacheTtlTestRunsSeconds: setting(
    `${ADAPTER}CACHE_TTL_TEST_RUNS`,
    ttl,
    300,
    'Seconds that a cached run lives',
  ),
  cacheTtlResultsSeconds: setting(
    `${ADAPTER}CACHE_TTL_RESULTS`,
    ttl,
    180,
    'Seconds that cached results live',
  ),
  serviceName: setting(
    `${ADAPTER}SERVICE_NAME`,
    matching(
      /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
      '1–128 letters, digits or . _ : -, letter or digit first',
    ),
    'test-coordinator',
    'Name of this process in logs and in the registry',
  ),
  serviceVersion: setting(
    `${ADAPTER}SERVICE_VERSION`,
    matching(/^[\w.+-]{1,128}$/, '1–128 letters, digits or . _ + -'),
    undefined,
    'Version that is told; left out, that of the package',
  ),
  heartbeatIntervalSeconds: setting(
    `${ADAPTER}HEARTBEAT_INTERVAL`,
    timeout,
    30,
    'Seconds between two heartbeats of this process',
  ),
  staleServiceThresholdSeconds: setting(
    `${ADAPTER}STALE_SERVICE_THRESHOLD`,
    timeout,
    300,
    'Seconds without a heartbeat after which a service is stale',
  ),
  batchSize: setting(`${ADAPTER}BATCH_SIZE`, wholeNumber(1, 1_000), 100, 'Records in one write of many'),
  queryTimeoutSeconds: setting(`${ADAPTER}QUERY_TIMEOUT`, timeout, 30, 'Seconds that a query may take'),
  testRunsRetentionDays: setting(`${ADAPTER}TEST_RUNS_RETENTION_DAYS`, days, 90, 'Days that runs are kept'),
  scenariosRetentionDays: setting(
    `${ADAPTER}SCENARIOS_RETENTION_DAYS`,
    days,
    365,
    'Days that unused scenarios are kept',
  ),
  chaosEventsRetentionDays: setting(
    `${ADAPTER}CHAOS_EVENTS_RETENTION_DAYS`,
    days,
    90,
    'Days that chaos events are kept',
  ),
  testResultsRetentionDays: setting(
    `${ADAPTER}TEST_RESULTS_RETENTION_DAYS`,
    days,
    90,
    'Days that results are kept',
  ),
  logLevel: setting(
    `${ADAPTER}LOG_LEVEL`,
    oneOf<LogLevel>(LOG_LEVELS, { WARN: 'WARNING' }),
    'INFO',
    'Least level that is logged: DEBUG, INFO, WARNING, ERROR',
  ),
  logSqlQueries: setting(
    `${ADAPTER}LOG_SQL_QUERIES`,
    onOrOff(),
    false,
    'Log each statement, never its values',
  ),
  healthCheckTimeoutSeconds: setting(
    `${ADAPTER}HEALTH_CHECK_TIMEOUT`,
    timeout,
    5,
    'Seconds that a health check may take',
  ),
  dataDir: setting(
    `${ADAPTER}DATA_DIR`,
    path,
    undefined,
    'Folder for what is kept on this machine; left out, see where records live',
  ),
  httpHost: setting(
    `${HTTP}HOST`,
    matching(/^[A-Za-z0-9.:_%-]{1,255}$/, 'a host name or an address'),
    '127.0.0.1',
    'Address that the API listens on',
  ),
  httpPort: setting(
    `${HTTP}PORT`,
    wholeNumber(0, 65_535),
    8_084,
    'Port that the API listens on; 0 is any free one',
  ),
  ...ACCESS_SETTINGS,
  corsOrigins: setting(
    `${HTTP}CORS_ORIGINS`,
    origins(),
    undefined,
    'Origins whose pages may call from a browser, separated by commas; left out, none',
  ),
  requestsPerSecond: setting(
    `${HTTP}RATE_LIMIT`,
    wholeNumber(0, 1_000_000),
    0,
    'Requests a second of one caller (its key, else its address) at most; 0 is no limit',
  ),
  httpBodyLimitBytes: setting(
    `${HTTP}BODY_LIMIT`,
    bodyLimit,
    MIB,
    'Bytes of a request body at most; 16 times as many of a batch',
  ),
  httpImportLimitBytes: setting(
    `${HTTP}IMPORT_LIMIT`,
    bodyLimit,
    64 * MIB,
    'Bytes of a file at most that is posted to `/api/v1/imports`',
  ),
  tracesEndpoint: setting(
    `${TRACES}ENDPOINT`,
    secretUrl(['http', 'https']),
    undefined,
    'Where traces are sent (OTLP over HTTP), such as `http://collector:4318/v1/traces`; left out, nothing is traced',
  ),
  tracesPercent: setting(
    `${TRACES}PERCENT`,
    wholeNumber(0, 100),
    100,
    'Percent of the requests that are traced; a caller that sends a `traceparent` decides for its own',
  ),
} as const;

type ValueOf<Entry> = Entry extends Setting<infer Value, infer Fallback> ? Value | Fallback : never;
type Widened<Value> = Value extends number ? number : Value extends boolean ? boolean : Value;

/** What the process was told, read once and never changed. */
export type Settings = { readonly [Key in keyof typeof SETTINGS]: Widened<ValueOf<(typeof SETTINGS)[Key]>> };
