import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@test-coordinator/embedded-postgres';
import pg from 'pg';
import { findInstalled, programFromApt } from './find-program.js';
import { removeFolder, ServerProcess, temporaryFolder } from './server-process.js';

const ADVICE = 'install pgbouncer (Debian, Ubuntu: apt install pgbouncer; macOS: brew install pgbouncer)';

export interface PgbouncerOptions {
  /** The server behind it. Every client becomes the user of this URL, whatever it calls itself. */
  readonly target: string;
  /** @default 'transaction' */
  readonly poolMode?: 'session' | 'transaction' | 'statement';
  /** Lines of the section `[pgbouncer]`, for example `{ default_pool_size: '3' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A connection pooler in front of a PostgreSQL. */
export class Pgbouncer implements AsyncDisposable {
  private constructor(
    /** The target's URL with pgbouncer's port; other databases of the target can be named too. */
    readonly url: string,
    private readonly folder: string,
    private readonly process: ServerProcess,
  ) {}

  static async start({
    target,
    poolMode = 'transaction',
    settings = {},
  }: PgbouncerOptions): Promise<Pgbouncer> {
    const program = findInstalled(['pgbouncer']) ?? (await programFromApt('pgbouncer', 'pgbouncer', ADVICE));
    const folder = temporaryFolder('pgbouncer');
    try {
      const port = await freePort();
      const { hostname, port: targetPort, username, password } = new URL(target);
      const login = [
        `host=${hostname} port=${targetPort || 5432} user='${quoted(username)}'`,
        ...(password === '' ? [] : [`password='${quoted(password)}'`]),
      ];
      const lines = {
        listen_addr: '127.0.0.1',
        listen_port: `${port}`,
        unix_socket_dir: '',
        auth_type: 'any',
        pool_mode: poolMode,
        ...settings,
      };
      const file = join(folder, 'pgbouncer.ini');
      writeFileSync(
        file,
        [
          '[databases]',
          `* = ${login.join(' ')}`,
          '[pgbouncer]',
          ...Object.entries(lines).map(([name, value]) => `${name} = ${value}`),
          '',
        ].join('\n'),
        { mode: 0o600 },
      );
      const url = new URL(target);
      url.host = `127.0.0.1:${port}`;
      // Root's pgbouncer changes its user itself, once it has read its libraries and the file.
      const asNobody = process.geteuid?.() === 0 ? ['-u', 'nobody'] : [];
      const server = await ServerProcess.start(
        { ...program, args: [...asNobody, file], stopSignal: 'INT', folder },
        () => answers(url.href),
      );
      return new Pgbouncer(url.href, folder, server);
    } catch (error) {
      removeFolder(folder);
      throw error;
    }
  }

  get pid(): number {
    return this.process.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.signal(signal);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    removeFolder(this.folder);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A value between quotes in pgbouncer.ini doubles them. */
function quoted(part: string): string {
  return decodeURIComponent(part).replaceAll("'", "''");
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
