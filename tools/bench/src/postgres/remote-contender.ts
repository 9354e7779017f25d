import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Task, TaskReport } from './task.js';

const PROGRAM = fileURLToPath(new URL('contender-process.js', import.meta.url));

/** A contender in its own process. */
export class RemoteContender {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(name: string, url: string): Promise<RemoteContender> {
    const contender = new RemoteContender(name, fork(PROGRAM, [name, url]));
    await contender.#answer();
    return contender;
  }

  async perform(task: Task): Promise<TaskReport> {
    const answer = this.#answer();
    this.child.send(task);
    const { report, problem } = await answer;
    if (report === undefined) throw new Error(`${this.name}: ${problem}`);
    return report;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  async #answer(): Promise<{ readonly report?: TaskReport; readonly problem?: string }> {
    const aborter = new AbortController();
    const { signal } = aborter;
    const ended = once(this.child, 'exit', { signal }).then(() => {
      throw new Error(`${this.name}: its process ended`);
    });
    try {
      const [answer] = (await Promise.race([once(this.child, 'message', { signal }), ended])) as [object];
      return answer;
    } finally {
      aborter.abort();
      ended.catch(() => undefined);
    }
  }
}
