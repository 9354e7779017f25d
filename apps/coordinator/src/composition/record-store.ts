import { join } from 'node:path';

import type { PostgresSettings } from '@test-coordinator/adapter-postgres';
import type { Problem } from '@test-coordinator/domain';
import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import { DataAdapterError, silentLogger, type Logger } from '@test-coordinator/ports';

import { dataFolder } from '../settings/data-folder.js';
import { SettingsError } from '../settings/read-settings.js';
import { SETTINGS, type Settings } from '../settings/setting-table.js';

/** The PostgreSQL that holds the records. Disposing leaves it: an embedded server stops when its last user is gone. */
export interface RecordStore extends AsyncDisposable {
  readonly settings: PostgresSettings;
  /** Where that is, for a person: `in …`, without a secret. */
  readonly detail: string;
}

export interface Surroundings {
  /** Variables that tell where the home of this user is. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger?: Logger;
}

/**
 * The server that the settings name; when they name none, the embedded one of the data folder, started or joined.
 * @throws EmbeddedPostgresError, SettingsError
 */
export async function openRecordStore(
  settings: Settings,
  { environment, logger = silentLogger }: Surroundings,
): Promise<RecordStore> {
  const { postgresUrl } = settings;
  if (postgresUrl !== undefined) {
    return {
      settings: postgresSettings(settings, postgresUrl.reveal()),
      detail: 'in the PostgreSQL server of the settings',
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const dataDir = join(dataFolder(settings, environment), 'postgres');
  const adapter = 'embedded-postgres';
  const server = await startEmbeddedPostgres({
    dataDir,
    log: (message) => logger.warn({ adapter }, message),
  });
  logger.info(
    { adapter, dataDir },
    `${server.joined ? 'joined' : 'started'} the embedded PostgreSQL in ${dataDir}`,
  );
  return {
    settings: postgresSettings(settings, server.url),
    detail: `in the embedded PostgreSQL in ${dataDir}`,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

const VARIABLE_OF = new Map([
  ['url', SETTINGS.postgresUrl.variable],
  ['schema', SETTINGS.postgresSchema.variable],
]);

/**
 * Does what reads the settings of PostgreSQL, which the adapter judges further than we do.
 * @throws SettingsError, with our names, for what it refuses.
 */
export async function namingSettings<Value>(read: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!DataAdapterError.is(error) || error.code !== 'INVALID_ARGUMENT') throw error;
    const problems = error.details?.['problems'] as readonly Problem[];
    throw new SettingsError(
      problems.map(({ path, problem }) => ({ variable: VARIABLE_OF.get(path) ?? path, problem })),
    );
  }
}

function postgresSettings(settings: Settings, url: string): PostgresSettings {
  return {
    url,
    schema: settings.postgresSchema,
    poolSize: settings.postgresPoolSize,
    maxOverflow: settings.postgresMaxOverflow,
    poolTimeoutMs: milliseconds(settings.postgresPoolTimeoutSeconds),
    maxLifetimeSeconds: Math.ceil(settings.postgresPoolRecycleSeconds),
    queryTimeoutMs: milliseconds(settings.queryTimeoutSeconds),
    applicationName: settings.serviceName,
    logQueries: settings.logSqlQueries,
  };
}

/** Whole ones: 1.001 s is 1000.9999999999999 ms. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1_000);
}
