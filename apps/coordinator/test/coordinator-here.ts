import { Readable } from 'node:stream';

import { runCommandLine } from '@test-coordinator/coordinator';

import { IN_MEMORY, type Ended, type RunningCoordinator } from './coordinator-process.js';
import { eventually } from './eventually.js';
import { TerminalDouble } from './terminal-double.js';

/**
 * A coordinator in the process of the tests, in memory by default: all that `serve` does, without the second and a half
 * of processor time that a process takes to start. For tests that kill nothing.
 */
export class CoordinatorHere implements RunningCoordinator {
  readonly #stdout = new TerminalDouble();
  readonly #stderr = new TerminalDouble();
  readonly #ended: Promise<Ended>;
  #isOver = false;

  constructor(settings: Readonly<Record<string, string>> = {}) {
    const host = {
      environment: { ...IN_MEMORY, ...settings },
      stdin: Readable.from([]),
      stdout: this.#stdout,
      stderr: this.#stderr,
    };
    this.#ended = runCommandLine(['serve'], host).then((code) => {
      this.#isOver = true;
      return { code, stdout: this.stdout, stderr: this.#stderr.text };
    });
  }

  get stdout(): string {
    return this.#stdout.text;
  }

  /** It is this process that is asked, and with it every other coordinator here. */
  kill(): void {
    if (!this.#isOver) process.emit('SIGTERM', 'SIGTERM');
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  async saying(pattern: RegExp): Promise<RegExpExecArray> {
    await eventually(`it says ${String(pattern)}`, () => this.#isOver || pattern.test(this.stdout));
    const match = pattern.exec(this.stdout);
    if (match === null)
      throw new Error(`it ended without saying ${String(pattern)}: ${this.stdout}${this.#stderr.text}`);
    return match;
  }
}
