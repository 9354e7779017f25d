import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestPostgres } from '@test-coordinator/services';
import pg from 'pg';

import { CoordinatorHere } from './coordinator-here.js';
import { CoordinatorProcess, SERVING, type RunningCoordinator } from './coordinator-process.js';
import { eventually } from './eventually.js';
import { runInProcess } from './in-process.js';

interface SpoolTold {
  readonly waitingRecords: number;
  readonly bytes: number;
  readonly oldestWaitingMs: number | null;
  readonly deadLetters: number;
  readonly breaker: string;
}

export interface ReadinessTold {
  readonly status: string;
  readonly spool?: SpoolTold;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A server that can be killed, a folder for spools, and the coordinators that use both. */
export class SpoolingWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'coordinator-spool-'));
  readonly #serving: RunningCoordinator[] = [];

  private constructor(
    readonly postgres: TestPostgres,
    readonly database: string,
  ) {}

  /** @param postgres With a server of its own. */
  static async on(postgres: TestPostgres): Promise<SpoolingWorld> {
    return new SpoolingWorld(postgres, await postgres.createDatabase());
  }

  get server(): NonNullable<TestPostgres['server']> {
    return this.postgres.server!;
  }

  get settings(): Record<string, string> {
    return {
      TEST_COORDINATOR_STORE: '',
      TEST_COORDINATOR_ADAPTER_POSTGRES_URL: this.database,
      TEST_COORDINATOR_ADAPTER_DATA_DIR: this.folder,
      TEST_COORDINATOR_HTTP_PORT: '0',
    };
  }

  serve(changes: Readonly<Record<string, string>> = {}): Promise<ServingCoordinator> {
    return this.#serve(new CoordinatorProcess(['serve'], { ...this.settings, ...changes }));
  }

  serveHere(changes: Readonly<Record<string, string>> = {}): Promise<ServingCoordinator> {
    return this.#serve(new CoordinatorHere({ ...this.settings, ...changes }));
  }

  async #serve(process: RunningCoordinator): Promise<ServingCoordinator> {
    this.#serving.push(process);
    const [, url] = await process.saying(SERVING);
    return new ServingCoordinator(process, url!);
  }

  run(...args: string[]): ReturnType<typeof runInProcess> {
    return runInProcess(args, this.settings);
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = new pg.Client({ connectionString: this.database });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** The server and all its children stop where they are: connections stay open, and nothing is answered. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  #signal(signal: NodeJS.Signals): void {
    for (const pid of [this.server.pid, ...this.#children()]) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        // A backend whose client is gone ends by itself.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  #children(): readonly number[] {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', `${this.server.pid}`], { encoding: 'utf8' });
    return listed.trim().split(/\s+/).map(Number);
  }

  async remove(): Promise<void> {
    if (this.server.isRunning) this.thaw();
    else await this.server.restart();
    for (const process of this.#serving) process.kill('SIGKILL');
    await Promise.all(this.#serving.map((process) => process.ended()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A coordinator that serves, and what it answers. */
export class ServingCoordinator {
  constructor(
    readonly process: RunningCoordinator,
    readonly url: string,
  ) {}

  post(path: string, body?: object): Promise<Answered> {
    return this.#call('POST', path, body);
  }

  async import(file: string): Promise<number> {
    return (await fetch(`${this.url}/api/v1/imports`, { method: 'POST', body: readFileSync(file) })).status;
  }

  get(path: string): Promise<Answered> {
    return this.#call('GET', path);
  }

  async ready(): Promise<{ readonly status: number; readonly told: ReadinessTold }> {
    const answer = await fetch(`${this.url}/readyz`);
    return { status: answer.status, told: (await answer.json()) as ReadinessTold };
  }

  drained(): Promise<void> {
    return eventually('nothing waits', async () => {
      const { status, spool } = (await this.ready()).told;
      return status === 'ok' && spool?.waitingRecords === 0;
    });
  }

  /** The log lines of so much weight, in order. */
  logged(level: 'info' | 'warn' | 'error'): readonly string[] {
    const lines = this.process.stdout.split('\n').filter((line) => line.includes(`"level":"${level}"`));
    return lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
  }

  async #call(method: string, path: string, body?: object): Promise<Answered> {
    const answer = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as Answered['body'],
    };
  }
}
