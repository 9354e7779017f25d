import { setTimeout as delay } from 'node:timers/promises';

import {
  DataAdapterError,
  silentLogger,
  systemClock,
  uuidV7Ids,
  type AdapterHealth,
  type AdapterLifecycle,
  type AuditLog,
  type Clock,
  type IdGenerator,
  type Logger,
  type Repositories,
  type UnitOfWork,
} from '@test-coordinator/ports';
import type { DataSource } from 'typeorm';

import { AnswerOverdueError } from './answer-deadlines.js';
import { dataSourceFor } from './data-source.js';
import { connectFailure } from './failures.js';
import type { GuardedPool } from './guarded-pool.js';
import { isMigrated, migrate } from './migrate.js';
import { resolveSettings, type PostgresSettings, type ResolvedSettings } from './postgres-settings.js';
import { PostgresAuditLog } from './postgres-audit-log.js';
import { PostgresUnitOfWork } from './postgres-unit-of-work.js';
import { recordRepositories } from './record-repositories.js';
import { PostgresRetention } from './retention.js';
import { PoolSession, type ConnectionCounts } from './session.js';
import { StatementSender } from './statement-sender.js';
import { tablesIn } from './tables.js';

/** How long a stop waits for the server to say goodbye. */
const GOODBYE_MS = 2_000;
/** Between two tries to reach a server that was away at the start: two a second, as the pool does later. */
const RETRY_MS = 500;
/** How long a start that may go on without the server waits for it: one that hangs would hold it up for its whole timeouts. */
const START_PATIENCE_MS = 3_000;
/** A burst of connections that break is one event. */
const BREAK_MS = 1_000;

/** A standby has the identifier of its master, and a name that is dropped and made again has another oid. */
const STORE_ID = `SELECT system_identifier::text, d.oid::text, n.oid::text
FROM pg_control_system(), pg_database d, pg_namespace n WHERE d.datname = current_database() AND n.nspname = $1`;

/** What an adapter is built from. What is left out: the machine's clock, its ids, no log. */
export interface PostgresDependencies {
  readonly settings: PostgresSettings;
  readonly clock?: Clock | undefined;
  readonly ids?: IdGenerator | undefined;
  readonly logger?: Logger | undefined;
}

/** The ports that PostgreSQL holds, on one database. */
export interface PostgresPorts extends Repositories {
  readonly auditLog: AuditLog;
  readonly unitOfWork: UnitOfWork;
}

/**
 * The record repositories, units of work and the audit log on PostgreSQL, and their life. Built by `createPostgresAdapter` or by
 * `postgresModule`. `start` brings the schema up to date where it may.
 */
export class PostgresAdapter implements AdapterLifecycle {
  readonly ports: PostgresPorts;
  /** Deletes what is old; whoever runs the coordinator says when. */
  readonly retention: PostgresRetention;
  readonly #settings: ResolvedSettings;
  readonly #logger: Logger;
  readonly #session: PoolSession;
  readonly #stopAsked = new AbortController();
  #starting: Promise<DataSource | undefined> | undefined;
  /** The server that was away at the start and is waited for. */
  #awaiting: Promise<DataSource | undefined> | undefined;
  #toldBrokenAt = -Infinity;
  #stopping: Promise<void> | undefined;

  constructor({
    settings,
    clock = systemClock,
    ids = uuidV7Ids(clock),
    logger = silentLogger,
  }: PostgresDependencies) {
    this.#settings = resolveSettings(settings);
    this.#logger = logger;
    const sender = new StatementSender({
      queryTimeoutMs: this.#settings.queryTimeoutMs,
      namedStatements: this.#settings.poolerMode === 'session',
      logStatements: this.#settings.logQueries,
      logger,
    });
    this.#session = new PoolSession(sender, logger);
    const context = { session: this.#session, tables: tablesIn(this.#settings.schema), clock, ids };
    this.retention = new PostgresRetention(this.#session, context.tables, this.#settings.schema, clock);
    this.ports = Object.freeze({
      ...recordRepositories(context),
      auditLog: new PostgresAuditLog(this.#session, this.#settings.schema),
      unitOfWork: new PostgresUnitOfWork(context),
    });
  }

  /**
   * Connects, and migrates the schema where that is behind (unless `migrates` is off). Codes: `UNAVAILABLE` (try again later, on the same adapter); `UNSUPPORTED` for a
   * schema that does not fit this version of the code; `CLOSED`. With `startsDegraded` it answers while the server is
   * away, after 3 s at most, and goes on trying.
   */
  async start(): Promise<void> {
    if (this.#stopping !== undefined) {
      throw new DataAdapterError('CLOSED', 'the PostgreSQL adapter has been stopped; build another one');
    }
    this.#starting ??= this.#settings.startsDegraded ? this.#startDegraded() : this.#start();
    try {
      await this.#starting;
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
  }

  /** How the connections are used now; none before the server was reached. */
  get connections(): ConnectionCounts {
    return this.#session.connections;
  }

  stop(): Promise<void> {
    this.#stopAsked.abort();
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async checkHealth(): Promise<AdapterHealth> {
    const start = performance.now();
    const health = (status: AdapterHealth['status'], detail: string): AdapterHealth => ({
      name: 'postgres',
      status,
      latencyMs: performance.now() - start,
      detail,
    });
    try {
      const text = `SELECT * FROM "${this.#settings.schema}".health_check()`;
      const [row] = await this.#session.read('checkHealth', undefined, () =>
        this.#session.query({ name: 'health-check', text }, [], 'read'),
      );
      const [schemaVersion, serverVersion, writable] = row as readonly [number, string, boolean];
      const detail = `PostgreSQL ${serverVersion}, schema version ${schemaVersion}`;
      return writable ? health('up', detail) : health('degraded', `${detail}, takes no writes now`);
    } catch (error) {
      return health('down', DataAdapterError.is(error) ? error.message : 'PostgreSQL could not be asked');
    }
  }

  /**
   * Names the place of the records: the same for every process on this server, database and schema, also under another
   * address, and another one for every other place. For what is kept elsewhere about the records, such as a cache.
   * Codes: those of a read.
   */
  async storeId(): Promise<string> {
    const [row] = await this.#session.read('storeId', undefined, () =>
      this.#session.query({ name: 'store-id', text: STORE_ID }, [this.#settings.schema], 'read'),
    );
    return row!.join('.');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #startDegraded(): Promise<DataSource | undefined> {
    const first = this.#start();
    try {
      const dataSource = await within(START_PATIENCE_MS, first);
      if (dataSource !== undefined) return dataSource;
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
    this.#session.refuse(
      new DataAdapterError('UNAVAILABLE', 'PostgreSQL has not been reached yet; try again later'),
    );
    this.#logger.warn({ adapter: 'postgres' }, 'started without PostgreSQL, which is waited for');
    this.#awaiting = this.#awaitServer(first);
    return undefined;
  }

  /** Tries until the server is reached or the adapter is stopped. What waiting does not mend is told, and tried too. */
  async #awaitServer(first: Promise<DataSource>): Promise<DataSource | undefined> {
    const { signal } = this.#stopAsked;
    let told = false;
    for (let attempt: Promise<DataSource> | undefined = first; ; attempt = undefined) {
      try {
        return await (attempt ?? this.#start());
      } catch (error) {
        if (!isTransient(error) && !told) {
          told = true;
          this.#logger.error(
            { adapter: 'postgres', code: DataAdapterError.is(error) ? error.code : 'INTERNAL' },
            DataAdapterError.is(error) ? error.message : 'PostgreSQL could not be used',
          );
        }
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
    }
  }

  async #start(): Promise<DataSource> {
    const dataSource = dataSourceFor(this.#settings, () => {
      // A server that is stopped right after this adapter may be faster than the goodbyes of the connections.
      const now = performance.now();
      if (this.#stopping !== undefined || now < this.#toldBrokenAt + BREAK_MS) return;
      this.#toldBrokenAt = now;
      this.#logger.warn({ adapter: 'postgres' }, 'idle connections to PostgreSQL broke; they are replaced');
    });
    const opening = dataSource.initialize();
    try {
      await this.#bringUpToDate(await this.#opened(opening));
    } catch (error) {
      void opening.then((late) => late.destroy()).catch(() => undefined);
      throw error;
    }
    this.#session.open(masterOf(dataSource));
    this.#logger.info({ adapter: 'postgres' }, 'connected to PostgreSQL');
    return dataSource;
  }

  async #opened(opening: Promise<DataSource>): Promise<GuardedPool> {
    const { queryTimeoutMs } = this.#settings;
    const dataSource = await within(queryTimeoutMs, opening).catch((error: unknown) => {
      throw connectFailure(error);
    });
    if (dataSource === undefined) throw connectFailure(new AnswerOverdueError());
    return masterOf(dataSource);
  }

  /** Most starts find the schema up to date, over a connection that the first call then uses. */
  async #bringUpToDate(pool: GuardedPool): Promise<void> {
    if (await isMigrated(pool, this.#settings)) return;
    if (!this.#settings.migrates) throw schemaBehind(this.#settings.schema);
    const { applied } = await migrate(this.#settings);
    if (applied.length > 0)
      this.#logger.info({ adapter: 'postgres', applied: applied.length }, 'migrated the schema');
  }

  async #stop(): Promise<void> {
    const [started] = await Promise.allSettled([this.#starting]);
    await this.#session.close();
    // A server that hangs must not hold a stop up.
    const awaited = this.#awaiting === undefined ? undefined : await within(GOODBYE_MS, this.#awaiting);
    const dataSource = started.status === 'rejected' ? undefined : (started.value ?? awaited);
    if (dataSource === undefined) return;
    await within(GOODBYE_MS, dataSource.destroy());
    this.#logger.info({ adapter: 'postgres' }, 'disconnected from PostgreSQL');
  }
}

function schemaBehind(schema: string): DataAdapterError {
  return new DataAdapterError(
    'UNSUPPORTED',
    `the schema ${schema} is missing or behind this version of the code; start a coordinator of this version on the database, or run migrate`,
  );
}

function isTransient(error: unknown): boolean {
  return DataAdapterError.is(error) && error.retryable;
}

/** An adapter that is not started yet. Throws `INVALID_ARGUMENT` for bad settings. */
export function createPostgresAdapter(dependencies: PostgresDependencies): PostgresAdapter {
  return new PostgresAdapter(dependencies);
}

/** The pool under TypeORM: two to three times as fast as its query runner. */
function masterOf(dataSource: DataSource): GuardedPool {
  return (dataSource.driver as unknown as { readonly master: GuardedPool }).master;
}

/** `undefined` when it takes longer. */
async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
