import { DataAdapterError } from '@test-coordinator/ports';
import pg from 'pg';

import { clientOptions } from './client-options.js';
import { connectFailure, statementFailure, type StatementKind } from './failures.js';
import type { GuardedPool } from './guarded-pool.js';
import { StandbyError } from './host-route.js';
import { loadMigrations, loadRolesScript, type Migration } from './migrations.js';
import { resolveSettings, type PostgresSettings, type ResolvedSettings } from './postgres-settings.js';
import { sqlStateOf } from './sqlstate-codes.js';

/** Long enough for the migrations of whoever has the lock before us. */
const WAIT_FOR_LOCK_MS = 60_000;
/** A table's lock is not waited for longer: everybody who comes after would wait behind. */
const DDL_LOCK_TIMEOUT_MS = 3_000;
const MAX_TRIES = 5;

export interface MigrationPlan {
  /** `0001-records`, in order; empty when the schema is up to date. */
  readonly pending: readonly string[];
  /** What `migrate` would run, as a script. */
  readonly sql: string;
}
export interface MigrationReport {
  /** What was applied by this call; somebody else may have applied the rest at the same time. */
  readonly applied: readonly string[];
  /** One sentence on the roles, when they were asked for. */
  readonly roles?: string;
}
export interface MigrateOptions {
  /** Also create the roles tc_owner, tc_migrate, tc_app and tc_ro, and grant what each may do. @default false */
  readonly roles?: boolean;
}

/**
 * Brings the schema up to this version of the code. Any number of processes may do so at once: each waits for the one
 * before, and all but the first find nothing to do. All or nothing.
 * Codes: `UNSUPPORTED` for a schema that is newer than the code or was made from other texts; `UNAVAILABLE`, `TIMEOUT`.
 */
export async function migrate(
  settings: PostgresSettings,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const resolved = resolveSettings(settings);
  const migrations = await loadMigrations();
  return withClient(resolved, async (client) => {
    const pending = await readPending(client, resolved.schema, migrations);
    if (pending.length === 0 && options.roles !== true) return { applied: [] };
    for (let tries = 1; ; tries += 1) {
      try {
        return await migrateOnce(client, resolved.schema, migrations, options.roles === true);
      } catch (error) {
        await client.query('ROLLBACK');
        if (sqlStateOf(error) !== '55P03' || tries === MAX_TRIES) throw error;
      }
    }
  });
}

/**
 * Whether the schema is at this version of the code, asked over one connection of the pool.
 * Codes: those of `migrate`, each within the settings' limits.
 */
export async function isMigrated(
  pool: GuardedPool,
  { schema, queryTimeoutMs }: ResolvedSettings,
): Promise<boolean> {
  const migrations = await loadMigrations();
  const client = await pool.connect().catch((error: unknown) => {
    throw connectFailure(error);
  });
  try {
    const pending = await readPending(client, schema, migrations, queryTimeoutMs);
    client.release();
    return pending.length === 0;
  } catch (error) {
    client.release(error as Error);
    throw migrationFailure(error, 'read');
  }
}

/** What `migrate` would do, without doing it. Codes as `migrate`. */
export async function planMigrations(settings: PostgresSettings): Promise<MigrationPlan> {
  const resolved = resolveSettings(settings);
  const migrations = await loadMigrations();
  const pending = await withClient(resolved, (client) => readPending(client, resolved.schema, migrations));
  const steps = pending.map((migration) => `-- ${titleOf(migration)}\n${migration.sql}`);
  const sql = pending.length === 0 ? '' : `${preamble(resolved.schema)}\n${steps.join('\n')}`;
  return { pending: pending.map(titleOf), sql };
}

async function migrateOnce(
  client: pg.Client,
  schema: string,
  migrations: readonly Migration[],
  roles: boolean,
): Promise<MigrationReport> {
  await client.query('BEGIN');
  await client.query(
    `SET LOCAL lock_timeout = ${WAIT_FOR_LOCK_MS}; SET LOCAL statement_timeout = ${WAIT_FOR_LOCK_MS}`,
  );
  // Released by COMMIT and by a lost connection alike, and kept by pgbouncer: a session lock would be neither.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `test-coordinator migrations of ${schema}`,
  ]);
  const pending = await readPending(client, schema, migrations);
  await becomeOwner(client, schema);
  await client.query(`SET LOCAL lock_timeout = ${DDL_LOCK_TIMEOUT_MS}`);
  if (pending.length > 0) await client.query(preamble(schema));
  for (const migration of pending) {
    await client.query(migration.sql);
    await client.query('INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
  }
  const said = roles ? await grantRoles(client, schema) : undefined;
  await client.query('COMMIT');
  return { applied: pending.map(titleOf), ...(said !== undefined && { roles: said }) };
}

function preamble(schema: string): string {
  return `CREATE SCHEMA IF NOT EXISTS "${schema}";
SET LOCAL search_path TO "${schema}", pg_temp;
CREATE TABLE IF NOT EXISTS schema_migrations (
  number integer NOT NULL,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (number)
);`;
}

async function readPending(
  client: pg.ClientBase,
  schema: string,
  migrations: readonly Migration[],
  timeoutMs?: number,
): Promise<readonly Migration[]> {
  const limit = { query_timeout: timeoutMs };
  // to_regclass would answer from the session's cache: it does not see what was made while we waited for the lock.
  const { rows: asked } = await client.query<{ found: boolean; standby: boolean }>({
    ...limit,
    text: `SELECT pg_is_in_recovery() AS standby,
      EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'schema_migrations') AS found`,
    values: [schema],
  });
  if (asked[0]?.standby !== false) throw connectFailure(new StandbyError());
  if (!asked[0].found) return migrations;
  const { rows } = await client.query<{ number: number; checksum: string }>({
    ...limit,
    text: `SELECT number, checksum FROM "${schema}".schema_migrations ORDER BY number`,
  });
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const { number, checksum } of rows) {
    const migration = known.get(number);
    if (migration === undefined) throw newerSchema(number, migrations.length);
    if (migration.checksum !== checksum) throw otherText(migration);
  }
  const applied = new Set(rows.map(({ number }) => number));
  return migrations.filter(({ number }) => !applied.has(number));
}

/** A member of the schema's owner makes new tables in the owner's name, so that the grants of the roles hold. */
async function becomeOwner(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ owner: string }>(
    `SELECT quote_ident(r.rolname) AS owner FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
     WHERE n.nspname = $1 AND r.rolname <> current_user AND pg_has_role(current_user, r.oid, 'MEMBER')
       AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`,
    [schema],
  );
  if (rows[0] !== undefined) await client.query(`SET LOCAL ROLE ${rows[0].owner}`);
}

async function grantRoles(client: pg.Client, schema: string): Promise<string> {
  const { rows } = await client.query<{ able: boolean }>(
    `SELECT rolsuper OR (rolcreaterole AND pg_has_role(rolname, nspowner, 'MEMBER')) AS able
     FROM pg_roles, pg_namespace WHERE rolname = current_user AND nspname = $1`,
    [schema],
  );
  if (rows[0]?.able !== true) {
    return 'The roles were left as they are: this role may not create roles. Run migrate with one that has CREATEROLE and owns the schema.';
  }
  await client.query(`SET LOCAL search_path TO "${schema}", pg_temp`);
  await client.query(await loadRolesScript());
  return 'The roles tc_owner, tc_migrate, tc_app and tc_ro are granted what they need and no more.';
}

async function withClient<Value>(
  settings: ResolvedSettings,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = await connectToWritable(settings);
  try {
    return await work(client);
  } catch (error) {
    throw migrationFailure(error, 'write');
  } finally {
    await client.end();
  }
}

async function connectToWritable(settings: ResolvedSettings): Promise<pg.Client> {
  const { target, options } = clientOptions(settings);
  let failure: unknown;
  for (const host of target.hosts) {
    const client = new pg.Client({ ...options, ...host, query_timeout: 2 * WAIT_FOR_LOCK_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
      if (rows[0]?.standby === false) return client;
      failure = new StandbyError();
      await client.end();
    } catch (error) {
      failure = error;
    }
  }
  throw connectFailure(failure);
}

function titleOf({ number, name }: Migration): string {
  return `${String(number).padStart(4, '0')}-${name}`;
}

function newerSchema(found: number, known: number): DataAdapterError {
  return new DataAdapterError(
    'UNSUPPORTED',
    `the database schema is at version ${found}, and this version of the code knows ${known}; upgrade the test coordinator`,
    { details: { found, known } },
  );
}

function otherText(migration: Migration): DataAdapterError {
  return new DataAdapterError(
    'UNSUPPORTED',
    `migration ${titleOf(migration)} of the database was made from another text; use the version of the test coordinator that made it`,
  );
}

function migrationFailure(error: unknown, kind: StatementKind): DataAdapterError {
  return sqlStateOf(error) === '42501' ? notAllowed(error) : statementFailure(error, kind);
}

function notAllowed(cause: unknown): DataAdapterError {
  return new DataAdapterError(
    'UNSUPPORTED',
    'the schema has to be migrated and this role may not; run migrate as tc_migrate or as the owner of the database',
    { cause },
  );
}
