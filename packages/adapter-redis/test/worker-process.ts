import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('lock-worker.js', import.meta.url));

/** What lock-worker.ts tells: it waits for an answer to each. */
export type WorkerReport =
  | { readonly kind: 'holds'; readonly fence: number }
  /** `isSure`: what its lease told it right before. `renewal`: how a renewal went. */
  | { readonly kind: 'writes'; readonly fence: number; readonly isSure: boolean; readonly renewal: string };

/** What a worker is started with. */
export interface WorkerSettings {
  readonly url: string;
  readonly keyPrefix: string;
  readonly resource: string;
  readonly ttlMs: number;
}

/** A process that takes a lock again and again. */
export class WorkerProcess implements Disposable {
  private constructor(private readonly child: ChildProcess) {}

  static start({ url, keyPrefix, resource, ttlMs }: WorkerSettings): WorkerProcess {
    return new WorkerProcess(fork(PROGRAM, [url, keyPrefix, resource, String(ttlMs)]));
  }

  async report<Kind extends WorkerReport['kind']>(
    kind: Kind,
  ): Promise<Extract<WorkerReport, { readonly kind: Kind }>> {
    const [report] = (await once(this.child, 'message')) as [WorkerReport];
    if (report.kind !== kind) throw new Error(`the worker ${report.kind} and not ${kind}`);
    return report as Extract<WorkerReport, { readonly kind: Kind }>;
  }

  onReport(listener: (report: WorkerReport) => void): void {
    this.child.on('message', listener);
  }

  goOn(): void {
    if (this.child.connected) this.child.send('go on');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.signal('SIGKILL');
    await ended;
  }

  [Symbol.dispose](): void {
    this.signal('SIGKILL');
  }
}
