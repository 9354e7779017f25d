import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  findPostgresBinaries,
  freePort,
  runnableBinaries,
  ServerUser,
  type PostgresBinaries,
} from '@test-coordinator/embedded-postgres';
import pg from 'pg';
import { CACHE } from './apt-packages.js';
import { removeFolder, ServerProcess, temporaryFolder } from './server-process.js';

const run = promisify(execFile);
const KEPT_OTHERWISE: ReadonlySet<string | undefined> = new Set([
  'ENOTEMPTY',
  'EEXIST',
  'EACCES',
  'EPERM',
  'EROFS',
]);

const FINDERS = {
  15: () => findPostgresBinaries('embedded-postgres-15', import.meta.url),
  18: () => findPostgresBinaries(),
};

/** The oldest and the newest supported major version. */
export type PostgresMajor = keyof typeof FINDERS;

export interface PostgresServerOptions {
  /** @default 18 */
  readonly major?: PostgresMajor;
  /** For example `max_connections`. They win over those that make a throw-away server fast. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files for the data folder by name, readable by the server alone: certificates, or another `pg_hba.conf`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A commit is handed to the system before it is acknowledged, so it survives a kill -9, and not a power cut. */
const THROW_AWAY = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

/** A throw-away PostgreSQL of one's own, to be tormented. Everybody on the loopback may log in without a password. */
export class PostgresServer implements AsyncDisposable {
  private constructor(
    readonly major: PostgresMajor,
    readonly port: number,
    private readonly folder: string,
    private readonly start: () => Promise<ServerProcess>,
    private process: ServerProcess,
  ) {}

  static async start({
    major = 18,
    settings = {},
    files = {},
  }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const folder = temporaryFolder(`postgres-${major}`);
    try {
      const user = ServerUser.for(folder);
      const found = binariesOf(major);
      const binaries = runnableBinaries(found, user, folder);
      const data = join(folder, 'data');
      mkdirSync(data, { mode: 0o700 });
      user.give(data);
      user.give(folder);
      const made = join(CACHE, `cluster-${digest(`${found.folder} ${user.uid}`)}`);
      if (existsSync(made)) await copy(made, data);
      else {
        await initialise(binaries, data, user);
        await keep(data, made);
      }
      for (const [name, content] of Object.entries(files)) {
        writeFileSync(join(data, name), content);
        chmodSync(join(data, name), 0o600);
        user.give(join(data, name));
      }
      const port = await freePort();
      const flags = Object.entries({ ...THROW_AWAY, ...settings }).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]);
      const start = (): Promise<ServerProcess> =>
        ServerProcess.start(
          {
            command: join(binaries.folder, 'bin', 'postgres'),
            args: ['-D', data, '-p', `${port}`, ...flags],
            identity: user.identity,
            stopSignal: 'INT',
            folder,
          },
          () => answers(port),
        );
      return new PostgresServer(major, port, folder, start, await start());
    } catch (error) {
      removeFolder(folder);
      throw error;
    }
  }

  /** The superuser's URL of the database `postgres`. */
  get url(): string {
    return `postgresql://postgres@127.0.0.1:${this.port}/postgres`;
  }

  get pid(): number {
    return this.process.pid;
  }

  get isRunning(): boolean {
    return this.process.isRunning;
  }

  get log(): string {
    return this.process.log;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.signal(signal);
  }

  /** Ends the server as a crash of the machine would, and answers when it is dead. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.process.ended();
  }

  /** Starts the server again on the same data and port, after an orderly stop unless it is dead. */
  async restart(): Promise<void> {
    await this.process.stop();
    this.process = await this.start();
  }

  async stop(): Promise<void> {
    await this.process.stop();
    removeFolder(this.folder);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function binariesOf(major: PostgresMajor): PostgresBinaries {
  try {
    return FINDERS[major]();
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${problem} For tests set TEST_PG_URL to a PostgreSQL ${major}.`, { cause });
  }
}

async function initialise({ folder }: PostgresBinaries, data: string, user: ServerUser): Promise<void> {
  await run(
    join(folder, 'bin', 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { cwd: data, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...user.identity },
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Takes a fifteenth of the processor time of initdb. All copies have one system identifier. */
async function copy(from: string, to: string): Promise<void> {
  await run('cp', ['-a', `${from}/.`, to]);
}

/** Keeps what initdb made with these programs for this user, for every later start. */
async function keep(data: string, made: string): Promise<void> {
  try {
    mkdirSync(CACHE, { recursive: true });
    const making = mkdtempSync(join(CACHE, 'cluster-making-'));
    try {
      await copy(data, making);
      renameSync(making, made);
    } finally {
      removeFolder(making);
    }
  } catch (error) {
    // Another process was faster; or nobody may write there, and later starts take longer.
    if (!KEPT_OTHERWISE.has((error as NodeJS.ErrnoException).code)) throw error;
  }
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
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
