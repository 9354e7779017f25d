import { join } from 'node:path';

import type { PostgresSettings } from '@test-coordinator/adapter-postgres';
import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import { silentLogger, type Logger } from '@test-coordinator/ports';

import { dataFolder } from '../settings/data-folder.js';
import { milliseconds } from '../settings/milliseconds.js';
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

/** Under which variables we read what the adapter may refuse. */
export const POSTGRES_VARIABLES: Readonly<Record<string, string>> = {
  url: SETTINGS.postgresUrl.variable,
  schema: SETTINGS.postgresSchema.variable,
};

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
