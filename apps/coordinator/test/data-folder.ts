import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';

import { CoordinatorHere } from './coordinator-here.js';
import { CoordinatorProcess, SERVING, type RunningCoordinator } from './coordinator-process.js';
import { eventually } from './eventually.js';

export interface Serving {
  readonly serving: RunningCoordinator;
  readonly url: string;
}

/** The data folder of one test, and the processes that use it. They run with no settings but the folder and a port. */
export class DataFolder {
  static #used: Promise<DataFolder> | undefined;
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'coordinator-')));
  readonly #serving: RunningCoordinator[] = [];

  constructor() {
    // The server of root runs as another user, who has to pass.
    chmodSync(this.path, 0o755);
  }

  /** Removes what `fill` copies. */
  static async removeUsed(): Promise<void> {
    const used = await DataFolder.#used;
    DataFolder.#used = undefined;
    await used?.remove();
  }

  static async #useOne(): Promise<DataFolder> {
    const folder = new DataFolder();
    const server = await startEmbeddedPostgres({ dataDir: folder.file(''), durable: false });
    await server.stop();
    // A server looks for its last port first, and all copies would have the same.
    rmSync(folder.file('port'));
    return folder;
  }

  /** Puts a server's data without our schema in, by a copy: a first start takes a second of processor time, this a tenth. */
  async fill(): Promise<void> {
    DataFolder.#used ??= DataFolder.#useOne();
    execFileSync('cp', ['-a', (await DataFolder.#used).file(''), this.path]);
  }

  /** An empty variable counts as absent: the store is chosen by nobody. */
  get settings() {
    return {
      TEST_COORDINATOR_STORE: '',
      TEST_COORDINATOR_ADAPTER_DATA_DIR: this.path,
      TEST_COORDINATOR_HTTP_PORT: '0',
    };
  }

  file(name: string): string {
    return join(this.path, 'postgres', name);
  }

  /** The process id of the server, `undefined` when none runs. */
  get serverPid(): number | undefined {
    try {
      return Number(readFileSync(this.file('cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  run(...args: string[]) {
    return CoordinatorProcess.run(args, { settings: this.settings });
  }

  serve(): Promise<Serving> {
    return this.#serve(new CoordinatorProcess(['serve'], this.settings));
  }

  serveHere(changes: Readonly<Record<string, string>> = {}): Promise<Serving> {
    return this.#serve(new CoordinatorHere({ ...this.settings, ...changes }));
  }

  async #serve(serving: RunningCoordinator): Promise<Serving> {
    this.#serving.push(serving);
    const [, url] = await serving.saying(SERVING);
    return { serving, url: url! };
  }

  /** Ends what still runs, and waits for its server to end as well. */
  async stop(): Promise<void> {
    for (const serving of this.#serving) serving.kill('SIGKILL');
    await Promise.all(this.#serving.map((serving) => serving.ended()));
    await eventually('the server stops with its last user', () => this.serverPid === undefined);
  }

  /** `stop`, and removes the folder. */
  async remove(): Promise<void> {
    await this.stop();
    // The last of its processes may still take its own file away.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10 });
  }
}
