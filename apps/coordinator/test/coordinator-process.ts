import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const PATIENCE_MS = 150_000;

/** What tests run with when they are about something else: a start without a server takes half the time. */
export const IN_MEMORY = { TEST_COORDINATOR_STORE: 'memory' };

/** What a process says once it serves; the group is its URL. */
export const SERVING = /"url":"(http:\/\/[^"]+)"/;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One that serves: a process of its own, or one here. */
export interface RunningCoordinator {
  readonly stdout: string;
  kill(signal: NodeJS.Signals): void;
  ended(): Promise<Ended>;
  /** Resolves once stdout matches; rejects when it ends before. */
  saying(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Node 20.20 seldom fails to follow pnpm's links when many processes start at once: once in some hundred starts. */
const LOST_MODULE = 'ERR_MODULE_NOT_FOUND';

/**
 * The built program in a process of its own, with no settings but those that are given, and in memory by default. One that
 * Node could not load is started again, once.
 */
export class CoordinatorProcess implements RunningCoordinator {
  readonly #ended: Promise<Ended>;
  readonly #watchers = new Set<() => void>();
  #child: ChildProcessWithoutNullStreams;
  #input: string | Uint8Array | undefined;
  #isInputOver = false;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
    const start = (): ChildProcessWithoutNullStreams =>
      spawn(process.execPath, [MAIN, ...args], {
        env: { PATH: process.env['PATH'], ...IN_MEMORY, ...settings },
      });
    this.#child = start();
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    this.#ended = this.#follow().then(async (code) => {
      if (this.stderr.includes(LOST_MODULE)) {
        this.stdout = '';
        this.stderr = '';
        this.#child = start();
        if (this.#isInputOver) this.#child.stdin.end(this.#input);
        code = await this.#follow();
      }
      clearTimeout(deadline);
      return { code, stdout: this.stdout, stderr: this.stderr };
    });
  }

  static run(
    args: readonly string[],
    { settings, stdin }: { settings?: Readonly<Record<string, string>>; stdin?: string | Uint8Array } = {},
  ): Promise<Ended> {
    const running = new CoordinatorProcess(args, settings);
    running.#input = stdin;
    running.#isInputOver = true;
    running.#child.stdin.end(stdin);
    return running.ended();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Closes the reading end of its stdout. */
  stopReading(): void {
    this.#child.stdout.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  async saying(pattern: RegExp): Promise<RegExpExecArray> {
    const found = () => pattern.exec(this.stdout);
    const said = new Promise<void>((resolve) => {
      const look = () => {
        if (found() !== null) resolve();
      };
      this.#watchers.add(look);
      look();
    });
    await Promise.race([said, this.#ended]);
    const match = found();
    if (match === null)
      throw new Error(`it ended without saying ${String(pattern)}: ${this.stdout}${this.stderr}`);
    return match;
  }

  /** Resolves with its code once it has ended. */
  #follow(): Promise<number | null> {
    const child = this.#child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      for (const look of this.#watchers) look();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // A program that does not read its input closes it, which is no failure here.
    child.stdin.on('error', () => undefined);
    return new Promise((resolve) => {
      child.on('close', resolve);
    });
  }
}
