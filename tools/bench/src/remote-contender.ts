import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A contender in its own process. */
export class RemoteContender<Task extends object, Report> {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  /** @param program Gets the name and the URL, says when it is ready, and answers each task with a report. */
  static async start<Task extends object, Report>(
    program: URL,
    name: string,
    url: string,
  ): Promise<RemoteContender<Task, Report>> {
    const contender = new RemoteContender<Task, Report>(name, fork(program, [name, url]));
    await contender.#answer();
    return contender;
  }

  async perform(task: Task): Promise<Report> {
    const answer = this.#answer();
    this.child.send(task);
    const { report, problem } = await answer;
    if (report === undefined) throw new Error(`${this.name}: ${problem}`);
    return report;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  async #answer(): Promise<{ readonly report?: Report; readonly problem?: string }> {
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
