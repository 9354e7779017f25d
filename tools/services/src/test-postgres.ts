import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { PostgresServer, type PostgresMajor, type PostgresServerOptions } from './postgres-server.js';

/** A PostgreSQL to make databases on: the one of TEST_PG_URL, or a throw-away one. */
export class TestPostgres implements AsyncDisposable {
  private readonly databases: string[] = [];

  private constructor(
    /** The URL of a user who may create databases. */
    readonly url: string,
    /** The throw-away server, absent when the URL was given. */
    readonly server: PostgresServer | undefined,
  ) {}

  /**
   * TEST_PG_URL is used unless another major version is asked for. Its databases are removed at the end, and nothing
   * else on it is touched.
   */
  static async start({ major }: { readonly major?: PostgresMajor } = {}): Promise<TestPostgres> {
    const given = process.env['TEST_PG_URL'];
    if (given !== undefined && given !== '' && (major === undefined || (await majorOf(given)) === major))
      return new TestPostgres(given, undefined);
    return TestPostgres.startOwn(major === undefined ? {} : { major });
  }

  /** Always a throw-away server: for tests that need its process or its settings. */
  static async startOwn(options: PostgresServerOptions = {}): Promise<TestPostgres> {
    const server = await PostgresServer.start(options);
    return new TestPostgres(server.url, server);
  }

  /** The URL of a new, empty database. */
  createDatabase(): Promise<string> {
    return this.make('test', '');
  }

  /**
   * Makes a database, lets `prepare` fill it (it gets the URL) and answers its name for {@link cloneDatabase}. `prepare`
   * must close its connections.
   */
  async templateDatabase(prepare: (url: string) => Promise<void>): Promise<string> {
    const url = await this.make('template', '');
    await prepare(url);
    return new URL(url).pathname.slice(1);
  }

  /** The URL of a new database with all that is in the template (25 to 90 ms). */
  cloneDatabase(template: string): Promise<string> {
    return this.make('test', `TEMPLATE ${pg.escapeIdentifier(template)}`);
  }

  async stop(): Promise<void> {
    const databases = this.databases.splice(0);
    if (this.server) await this.server.stop();
    else {
      for (const name of databases)
        await this.execute(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async make(kind: string, clause: string): Promise<string> {
    const name = `${kind}_${randomBytes(6).toString('hex')}`;
    await this.execute(`CREATE DATABASE ${pg.escapeIdentifier(name)} ${clause}`);
    this.databases.push(name);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  private async execute(sql: string): Promise<void> {
    await withClient(this.url, (client) => client.query(sql));
  }
}

async function majorOf(url: string): Promise<number> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ major: number }>("SELECT current_setting('server_version_num')::int / 10000 AS major"),
  );
  return rows[0]?.major ?? 0;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } catch (cause) {
    if (process.env['TEST_PG_URL'] !== url) throw cause;
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The server of TEST_PG_URL can't be used (${problem}): start it, let its user create databases, or unset TEST_PG_URL.`,
      { cause },
    );
  } finally {
    await client.end().catch(() => {});
  }
}
