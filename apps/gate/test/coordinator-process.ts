import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../coordinator/dist/main.js', import.meta.url));
/** What a coordinator says once it serves; the group is its URL. */
const SERVING = /"url":"(http:\/\/[^"]+)"/;

/** A coordinator that serves, in a process of its own: the gate shares its settings with it, and no code. */
export class CoordinatorProcess implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  #said = '';

  private constructor(args: readonly string[], settings: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env['PATH'], TEST_COORDINATOR_HTTP_PORT: '0', ...settings },
    });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  /** @returns The coordinator and its URL. */
  static async serve(
    settings: Readonly<Record<string, string>>,
  ): Promise<{ readonly coordinator: CoordinatorProcess; readonly url: string }> {
    const coordinator = new CoordinatorProcess(['serve'], settings);
    let ended = false;
    void coordinator.#closed.then(() => (ended = true));
    for (;;) {
      const url = SERVING.exec(coordinator.#said)?.[1];
      if (url !== undefined) return { coordinator, url };
      if (ended) throw new Error(`the coordinator ended without serving: ${coordinator.#said}`);
      await Promise.race([once(coordinator.#child.stdout, 'data'), coordinator.#closed]);
    }
  }

  /** What a command prints on stdout, without the line break at its end. */
  static async print(settings: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
    const coordinator = new CoordinatorProcess(args, settings);
    let printed = '';
    coordinator.#child.stdout.on('data', (text: string) => (printed += text));
    await coordinator.#closed;
    return printed.trimEnd();
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
