import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import pg from 'pg';
import { eventually } from './eventually.js';

/** An empty folder for the data of one test, and what can be seen of its server from outside. */
export class DataDir {
  private static used: Promise<DataDir> | undefined;
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-postgres-')));

  /** Removes what `fill` copies. */
  static async removeUsed(): Promise<void> {
    const used = await DataDir.used;
    DataDir.used = undefined;
    await used?.remove();
  }

  private static async useOne(): Promise<DataDir> {
    const folder = new DataDir();
    const server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
    await server.stop();
    await folder.isQuiet();
    // A server looks for its last port first, and all copies would have the same.
    rmSync(folder.file('port'));
    return folder;
  }

  /**
   * Makes it a folder in which a server ran before, by a copy: for tests that are not about first starts, which take a second
   * of processor time; this takes a tenth.
   */
  async fill(): Promise<void> {
    DataDir.used ??= DataDir.useOne();
    execFileSync('cp', ['-a', `${(await DataDir.used).path}/.`, this.path]);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** The server's process id, `undefined` when none runs. */
  get serverPid(): number | undefined {
    const file = this.file('cluster/postmaster.pid');
    if (!existsSync(file)) return undefined;
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    return isAlive(pid) ? pid : undefined;
  }

  /** All processes that work in this folder: the keeper, its reader, the server and its children. */
  get processes(): number[] {
    return execFileSync('ps', ['-e', '-o', 'pid='], { encoding: 'utf8' })
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0 && isIn(this.path, pid));
  }

  /** The keeper and its reader: the two shells. */
  get keepers(): number[] {
    return this.processes.filter((pid) =>
      execFileSync('ps', ['-o', 'args=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('sh '),
    );
  }

  async isQuiet(): Promise<void> {
    await eventually(() => this.processes.length === 0);
  }

  async remove(): Promise<void> {
    await this.isQuiet();
    rmSync(this.path, { recursive: true, force: true });
  }
}

function isIn(folder: string, pid: number): boolean {
  try {
    const workingFolder = readlinkSync(`/proc/${pid}/cwd`);
    return workingFolder === folder || workingFolder.startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

/** A zombie counts as dead: a container's first process may never fetch the exit codes of orphans. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 60_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Row>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

export async function setting(url: string, name: string): Promise<unknown> {
  const [row] = await query(url, `SHOW ${name}`);
  return row?.[name];
}
