import {
  matching,
  onOrOff,
  oneOf,
  seconds,
  secretMatching,
  secretUrl,
  wholeNumber,
} from './setting-kinds.js';
import { setting, type SettingsOf } from './setting.js';
import type { SettingProblem } from './settings-error.js';

/** Every variable that starts so must be one of the table. */
export const ADAPTER_PREFIX = 'TEST_COORDINATOR_ADAPTER_';

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

/**
 * The settings of the data layer, in the order of their documentation. Every app knows all of them, so that one set of
 * variables does for all apps, and a misspelt one is found by each.
 */
export const ADAPTER_SETTINGS = {
  store: setting(
    'TEST_COORDINATOR_STORE',
    oneOf<StoreName>(['postgres', 'memory']),
    'postgres',
    'Where records live: `postgres`, or `memory`, which ends with the process',
  ),
  postgresUrl: setting(
    `${ADAPTER_PREFIX}POSTGRES_URL`,
    secretUrl(['postgresql', 'postgres']),
    undefined,
    'PostgreSQL server for the records; left out, an embedded one; `postgresql+asyncpg` and the like are taken',
  ),
  postgresPoolSize: setting(`${ADAPTER_PREFIX}POSTGRES_POOL_SIZE`, poolSize, 10, 'Connections that are kept'),
  postgresMaxOverflow: setting(
    `${ADAPTER_PREFIX}POSTGRES_MAX_OVERFLOW`,
    wholeNumber(0, 1_000),
    20,
    'Further connections under load',
  ),
  postgresPoolTimeoutSeconds: setting(
    `${ADAPTER_PREFIX}POSTGRES_POOL_TIMEOUT`,
    timeout,
    30,
    'Seconds to wait for a connection',
  ),
  postgresPoolRecycleSeconds: setting(
    `${ADAPTER_PREFIX}POSTGRES_POOL_RECYCLE`,
    timeout,
    3_600,
    'Seconds after which a connection is replaced',
  ),
  postgresSchema: setting(
    `${ADAPTER_PREFIX}POSTGRES_SCHEMA`,
    matching(/^[a-z_][a-z0-9_]{0,62}$/, '1–63 of a–z, 0–9 and _, not starting with a digit'),
    'test_coordination',
    'Schema of the tables',
  ),
  spool: setting(
    `${ADAPTER_PREFIX}SPOOL`,
    onOrOff(),
    true,
    'Whether `serve` keeps what it records in a spool on disk while PostgreSQL is away; off, it is refused then',
  ),
  spoolDir: setting(
    `${ADAPTER_PREFIX}SPOOL_DIR`,
    path,
    undefined,
    'Folder of the spool, on a local disk; left out, `spool` in the data folder',
  ),
  spoolMaxBytes: setting(
    `${ADAPTER_PREFIX}SPOOL_MAX_BYTES`,
    wholeNumber(16 * MIB, 1_024 * 1_024 * MIB),
    2_048 * MIB,
    'Bytes that the spool of a process may take; beyond it records are refused, and none is dropped',
  ),
  spoolHighWaterPercent: setting(
    `${ADAPTER_PREFIX}SPOOL_HIGH_WATER`,
    wholeNumber(1, 100),
    80,
    'Percent of these bytes from which `/readyz` says `isAboveHighWater`',
  ),
  spoolAfterSeconds: setting(
    `${ADAPTER_PREFIX}SPOOL_AFTER`,
    timeout,
    5,
    'Seconds that a write waits for PostgreSQL before it goes to the spool',
  ),
  audit: setting(
    `${ADAPTER_PREFIX}AUDIT`,
    onOrOff(),
    false,
    'Whether every change is told in the audit log, before it is made and once it is done',
  ),
  auditKey: setting(
    `${ADAPTER_PREFIX}AUDIT_KEY`,
    path,
    undefined,
    'File of the Ed25519 private key (PEM) that signs the checkpoints of the audit log; left out, `audit/key.pem` in the data folder, made at the first checkpoint',
  ),
  redisUrl: setting(
    `${ADAPTER_PREFIX}REDIS_URL`,
    secretMatching(
      /^rediss?(?:\+(?:sentinel|cluster))?:\/\/./i,
      'a URL that starts with redis://, redis+sentinel:// or redis+cluster://, or with rediss for TLS',
    ),
    undefined,
    'Redis for cache, service registry, locks and live state; `redis+sentinel://h1,h2/master` and `redis+cluster://h1,h2` are taken; left out, in memory',
  ),
  redisPoolSize: setting(`${ADAPTER_PREFIX}REDIS_POOL_SIZE`, poolSize, 10, 'Connections to each server'),
  redisSocketTimeoutSeconds: setting(
    `${ADAPTER_PREFIX}REDIS_SOCKET_TIMEOUT`,
    timeout,
    5,
    'Seconds that a command may take',
  ),
  redisSocketConnectTimeoutSeconds: setting(
    `${ADAPTER_PREFIX}REDIS_SOCKET_CONNECT_TIMEOUT`,
    timeout,
    5,
    'Seconds that connecting may take',
  ),
  redisKeyPrefix: setting(
    `${ADAPTER_PREFIX}REDIS_KEY_PREFIX`,
    matching(/^[\w.:-]{1,64}$/, '1–64 letters, digits or . _ : -'),
    'tc:',
    'Start of every key',
  ),
  cacheTtlDefaultSeconds: setting(
    `${ADAPTER_PREFIX}CACHE_TTL_DEFAULT`,
    ttl,
    300,
    'Seconds that a cache entry lives unless its write says otherwise',
  ),
  cacheTtlScenariosSeconds: setting(
    `${ADAPTER_PREFIX}CACHE_TTL_SCENARIOS`,
    seconds(0, 365 * DAY_SECONDS),
    600,
    'Seconds that a scenario is kept in Redis once it was read; 0 keeps none; the same on all coordinators',
  ),
  cacheTtlTestRunsSeconds: setting(
    `${ADAPTER_PREFIX}CACHE_TTL_TEST_RUNS`,
    ttl,
    300,
    'Seconds that a cached run lives',
  ),
  cacheTtlResultsSeconds: setting(
    `${ADAPTER_PREFIX}CACHE_TTL_RESULTS`,
    ttl,
    180,
    'Seconds that cached results live',
  ),
  serviceName: setting(
    `${ADAPTER_PREFIX}SERVICE_NAME`,
    matching(
      /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
      '1–128 letters, digits or . _ : -, letter or digit first',
    ),
    'test-coordinator',
    'Name of this process in logs and in the registry',
  ),
  serviceVersion: setting(
    `${ADAPTER_PREFIX}SERVICE_VERSION`,
    matching(/^[\w.+-]{1,128}$/, '1–128 letters, digits or . _ + -'),
    undefined,
    'Version that is told; left out, that of the package',
  ),
  heartbeatIntervalSeconds: setting(
    `${ADAPTER_PREFIX}HEARTBEAT_INTERVAL`,
    timeout,
    30,
    'Seconds between two heartbeats of this process',
  ),
  staleServiceThresholdSeconds: setting(
    `${ADAPTER_PREFIX}STALE_SERVICE_THRESHOLD`,
    timeout,
    300,
    'Seconds without a heartbeat after which a service is stale',
  ),
  batchSize: setting(
    `${ADAPTER_PREFIX}BATCH_SIZE`,
    wholeNumber(1, 1_000),
    100,
    'Records in one write of many',
  ),
  queryTimeoutSeconds: setting(
    `${ADAPTER_PREFIX}QUERY_TIMEOUT`,
    timeout,
    30,
    'Seconds that a query may take',
  ),
  testRunsRetentionDays: setting(
    `${ADAPTER_PREFIX}TEST_RUNS_RETENTION_DAYS`,
    days,
    90,
    'Days that runs are kept',
  ),
  scenariosRetentionDays: setting(
    `${ADAPTER_PREFIX}SCENARIOS_RETENTION_DAYS`,
    days,
    365,
    'Days that unused scenarios are kept',
  ),
  chaosEventsRetentionDays: setting(
    `${ADAPTER_PREFIX}CHAOS_EVENTS_RETENTION_DAYS`,
    days,
    90,
    'Days that chaos events are kept',
  ),
  testResultsRetentionDays: setting(
    `${ADAPTER_PREFIX}TEST_RESULTS_RETENTION_DAYS`,
    days,
    90,
    'Days that results are kept',
  ),
  logLevel: setting(
    `${ADAPTER_PREFIX}LOG_LEVEL`,
    oneOf<LogLevel>(LOG_LEVELS, { WARN: 'WARNING' }),
    'INFO',
    'Least level that is logged: DEBUG, INFO, WARNING, ERROR',
  ),
  logSqlQueries: setting(
    `${ADAPTER_PREFIX}LOG_SQL_QUERIES`,
    onOrOff(),
    false,
    'Log each statement, never its values',
  ),
  healthCheckTimeoutSeconds: setting(
    `${ADAPTER_PREFIX}HEALTH_CHECK_TIMEOUT`,
    timeout,
    5,
    'Seconds that a health check may take',
  ),
  dataDir: setting(
    `${ADAPTER_PREFIX}DATA_DIR`,
    path,
    undefined,
    'Folder for what is kept on this machine; left out, see where records live',
  ),
} as const;

/** How a program that calls a coordinator over HTTP says who it is. */
export const CLIENT_KEY = setting(
  'TEST_COORDINATOR_HTTP_CLIENT_KEY',
  secretMatching(/^[\w.~+/=-]{1,8192}$/, 'an API key'),
  undefined,
  'Key or token with which `watch` and the gate call a coordinator',
);

export type AdapterSettings = SettingsOf<typeof ADAPTER_SETTINGS>;

/** What no setting alone is wrong in. */
export function adapterContradictions({
  heartbeatIntervalSeconds,
  staleServiceThresholdSeconds,
}: Partial<AdapterSettings>): readonly SettingProblem[] {
  if (heartbeatIntervalSeconds === undefined || staleServiceThresholdSeconds === undefined) return [];
  if (heartbeatIntervalSeconds < staleServiceThresholdSeconds) return [];
  const threshold = ADAPTER_SETTINGS.staleServiceThresholdSeconds.variable;
  return [
    {
      variable: ADAPTER_SETTINGS.heartbeatIntervalSeconds.variable,
      problem: `must be less than ${threshold}: this process would be taken for gone between two heartbeats`,
    },
  ];
}
