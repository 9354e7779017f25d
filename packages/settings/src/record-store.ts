import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import { DataAdapterError, silentLogger, type Logger } from '@test-coordinator/ports';

import { ADAPTER_SETTINGS, type AdapterSettings } from './adapter-settings.js';
import { dataFolder } from './data-folder.js';
import { milliseconds } from './milliseconds.js';

/** How the server is reached and used, as the PostgreSQL adapter takes it. */
export interface RecordStoreSettings {
  readonly url: string;
  readonly schema: string;
  readonly poolSize: number;
  readonly maxOverflow: number;
  readonly poolTimeoutMs: number;
  readonly maxLifetimeSeconds: number;
  readonly queryTimeoutMs: number;
  readonly applicationName: string;
  readonly logQueries: boolean;
}

/** The PostgreSQL that holds the records. Disposing leaves it: an embedded server stops when its last user is gone. */
export interface RecordStore extends AsyncDisposable {
  readonly settings: RecordStoreSettings;
  /** Where that is, for a person: `in …`, without a secret. */
  readonly detail: string;
}

export interface Surroundings {
  /** Variables that tell where the home of this user is. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger?: Logger;
  /** An embedded server is started or joined only where one was before: for who only reads. @default false */
  readonly mustExist?: boolean;
}

/**
 * The server that the settings name; when they name none, the embedded one of the data folder, started or joined.
 * @throws EmbeddedPostgresError, SettingsError; DataAdapterError `UNAVAILABLE` where one must exist and does not
 */
export async function openRecordStore(
  settings: AdapterSettings,
  { environment, logger = silentLogger, mustExist = false }: Surroundings,
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
  if (mustExist && !existsSync(dataDir))
    throw new DataAdapterError('UNAVAILABLE', `nothing is recorded in ${dataDir}: there is no such folder`);
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
  url: ADAPTER_SETTINGS.postgresUrl.variable,
  schema: ADAPTER_SETTINGS.postgresSchema.variable,
};

function postgresSettings(settings: AdapterSettings, url: string): RecordStoreSettings {
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
