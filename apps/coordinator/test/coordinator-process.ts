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

/** The built program in a process of its own, with no settings but those that are given, and in memory by default. */
export class CoordinatorProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env['PATH'], ...IN_MEMORY, ...settings },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // A program that does not read its input closes it, which is no failure here.
    this.#child.stdin.on('error', () => undefined);
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        clearTimeout(deadline);
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  static run(
    args: readonly string[],
    { settings, stdin }: { settings?: Readonly<Record<string, string>>; stdin?: string | Uint8Array } = {},
  ): Promise<Ended> {
    const running = new CoordinatorProcess(args, settings);
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

  /** Resolves once stdout matches; rejects when the process ends before. */
  async saying(pattern: RegExp): Promise<RegExpExecArray> {
    const found = () => pattern.exec(this.stdout);
    const said = new Promise<void>((resolve) => {
      const look = () => {
        if (found() !== null) resolve();
      };
      this.#child.stdout.on('data', look);
      look();
    });
    await Promise.race([said, this.#ended]);
    const match = found();
    if (match === null)
      throw new Error(`it ended without saying ${String(pattern)}: ${this.stdout}${this.stderr}`);
    return match;
  }
}
