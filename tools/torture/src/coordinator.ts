import { fileURLToPath } from 'node:url';

import { freePort } from '@test-coordinator/embedded-postgres';
import { removeFolder, ServerProcess, temporaryFolder } from '@test-coordinator/services';

import { eventually } from './eventually.js';
import { refusesConnections } from './process-state.js';

const MAIN = fileURLToPath(new URL('main.js', import.meta.resolve('@test-coordinator/coordinator')));
const START_MS = 20_000;
const ADAPTER = 'TEST_COORDINATOR_ADAPTER_';

export interface CoordinatorOptions {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly spoolFolder: string;
  readonly spoolMaxBytes: number;
  /** For node, before the program. */
  readonly nodeOptions: readonly string[];
  /** Told when the process ends although nobody asked it to. */
  readonly onUnexpectedEnd: (code: number | undefined) => void;
}

/** The built coordinator in a process of its own, started again on the same port and the same spool. */
export class Coordinator {
  readonly #folder = temporaryFolder('torture-coordinator');
  #process: ServerProcess | undefined;
  #isEndExpected = false;

  private constructor(
    private readonly options: CoordinatorOptions,
    readonly port: number,
  ) {}

  static async start(options: CoordinatorOptions): Promise<Coordinator> {
    const coordinator = new Coordinator(options, await freePort());
    try {
      await coordinator.start();
    } catch (error) {
      await coordinator.remove();
      throw error;
    }
    return coordinator;
  }

  get pid(): number {
    return this.#process!.pid;
  }

  get log(): string {
    return this.#process?.log ?? '';
  }

  /** Resolves once it answers. What its stores are doing is of no concern. */
  async start(): Promise<void> {
    const { nodeOptions, onUnexpectedEnd } = this.options;
    this.#isEndExpected = false;
    const started = await ServerProcess.start(
      {
        command: process.execPath,
        args: [...nodeOptions, MAIN, 'serve'],
        env: this.#environment(),
        stopSignal: 'TERM',
        folder: this.#folder,
      },
      () => this.isAlive(),
    );
    this.#process = started;
    void started.ended().then((code) => {
      if (!this.#isEndExpected) onUnexpectedEnd(code);
    });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process!.signal(signal);
  }

  /** Sends the signal and waits for the end, at most so long; answers the exit code. */
  async end(signal: 'SIGKILL' | 'SIGTERM', withinMs: number): Promise<number | undefined> {
    const ending = this.#process!;
    this.#isEndExpected = true;
    let code: number | undefined;
    void ending.ended().then((told) => (code = told));
    ending.signal(signal);
    await eventually(() => !ending.isRunning, withinMs);
    return code;
  }

  /** Whether it answers HTTP. Asked every 10 ms during a start, so the cheap question comes first. */
  async isAlive(): Promise<boolean> {
    if (await refusesConnections(this.port)) return false;
    const signal = AbortSignal.timeout(1_000);
    return fetch(`http://127.0.0.1:${this.port}/livez`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async remove(): Promise<void> {
    if (this.#process?.isRunning === true) await this.end('SIGKILL', START_MS);
    removeFolder(this.#folder);
  }

  /** Short limits, so that what hangs is given up within a cycle. */
  #environment(): Readonly<Record<string, string>> {
    const { postgresUrl, redisUrl, spoolFolder, spoolMaxBytes } = this.options;
    return {
      [`${ADAPTER}POSTGRES_URL`]: postgresUrl,
      [`${ADAPTER}POSTGRES_POOL_TIMEOUT`]: '1',
      [`${ADAPTER}QUERY_TIMEOUT`]: '1.4',
      [`${ADAPTER}SPOOL_DIR`]: spoolFolder,
      [`${ADAPTER}SPOOL_MAX_BYTES`]: `${spoolMaxBytes}`,
      [`${ADAPTER}SPOOL_AFTER`]: '0.5',
      [`${ADAPTER}REDIS_URL`]: redisUrl,
      [`${ADAPTER}REDIS_SOCKET_TIMEOUT`]: '0.5',
      [`${ADAPTER}HEARTBEAT_INTERVAL`]: '0.2',
      TEST_COORDINATOR_HTTP_PORT: `${this.port}`,
    };
  }
}
