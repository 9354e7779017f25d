import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EmbeddedPostgresOptions } from '@test-coordinator/embedded-postgres';
import { eventually } from './eventually.js';

const SCRIPT = fileURLToPath(new URL('user-process.js', import.meta.url));

interface Answer {
  readonly url?: string;
  readonly joined?: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly stopped?: boolean;
  readonly log?: string;
}

/** A process of its own that starts or joins the server, and that a test can kill. */
export class UsingProcess {
  private static readonly running = new Set<UsingProcess>();
  private readonly answers: Answer[] = [];
  private errors = '';

  private constructor(private readonly child: ChildProcess) {
    UsingProcess.running.add(this);
    if (child.stdout) {
      createInterface(child.stdout).on('line', (line) => this.answers.push(JSON.parse(line) as Answer));
    }
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
  }

  static spawn(
    options: EmbeddedPostgresOptions,
    { uid, script = SCRIPT }: { uid?: number; script?: string } = {},
  ): UsingProcess {
    const identity = uid === undefined ? {} : { uid, gid: uid };
    return new UsingProcess(
      spawn(process.execPath, [script, JSON.stringify(options)], { cwd: '/', stdio: 'pipe', ...identity }),
    );
  }

  static async start(options: EmbeddedPostgresOptions): Promise<UsingProcess & { readonly url: string }> {
    const user = UsingProcess.spawn(options);
    const { url } = await user.outcome();
    if (url === undefined) throw new Error(`The server did not start: ${JSON.stringify(user.answers)}`);
    return Object.assign(user, { url });
  }

  static async killAll(): Promise<void> {
    await Promise.all([...UsingProcess.running].map((user) => user.kill()));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get log(): readonly string[] {
    return this.answers.flatMap(({ log }) => log ?? []);
  }

  /** The URL, or the error. */
  outcome(): Promise<Answer> {
    return eventually(() => {
      const answer = this.answers.find(({ url, code }) => url !== undefined || code !== undefined);
      if (answer === undefined && this.errors !== '') throw new Error(this.errors);
      return answer;
    });
  }

  async stop(): Promise<void> {
    this.child.stdin?.write('stop\n');
    await eventually(() => this.answers.find(({ stopped }) => stopped));
  }

  async kill(): Promise<void> {
    UsingProcess.running.delete(this);
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}
