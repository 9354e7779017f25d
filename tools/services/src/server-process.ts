import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 30_000;

/**
 * The server is the child of a shell that waits for the end of its input. A test process that crashes closes that pipe
 * whatever killed it; the shell then ends the server and removes its folder. The line `bye` says that the test process
 * removes the folder itself.
 */
const WRAPPER = `
signal=$1 folder=$2
shift 2
exec 3<&0 </dev/null 4>&1 >>"$folder/server.log" 2>&1
"$@" 3<&- 4>&- &
server=$!
(
  code=2
  while read -r line; do code=0; done
  trap '' TERM
  kill -"$signal" $server
  exit $code
) <&3 3<&- 4>&- &
reader=$!
exec 3<&-
echo $server >&4
exec 4>&-
wait $server
code=$?
kill $reader
wait $reader
[ $? -ne 2 ] || rm -rf "$folder"
exit $code
`;

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user to run as, when it isn't this process's own. */
  readonly identity?: { readonly uid?: number; readonly gid?: number };
  /** What makes the server shut down in an orderly way. */
  readonly stopSignal: 'INT' | 'TERM';
  /** Has the log, and goes with the server. */
  readonly folder: string;
}

/** A server that lives as long as the test process at most. */
export class ServerProcess implements AsyncDisposable {
  private constructor(
    private readonly shell: ChildProcess,
    private readonly folder: string,
    private readonly exited: Promise<number | undefined>,
    readonly pid: number,
  ) {}

  /** Answers when `isReady` does, and throws with the end of the server's log when it ends before that. */
  static async start(
    { command, args, env, identity, stopSignal, folder }: ServerCommand,
    isReady: () => Promise<boolean>,
  ): Promise<ServerProcess> {
    const shell = spawn('sh', ['-c', WRAPPER, 'server', stopSignal, folder, command, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
      // Ctrl-C is for the test process, which then closes the pipe.
      detached: true,
      ...identity,
    });
    const exited = new Promise<number | undefined>((resolve) => {
      shell.once('exit', (code) => resolve(code ?? undefined)).once('error', () => resolve(undefined));
    });
    shell.stdin?.on('error', () => {});
    const [line] = shell.stdout
      ? ((await Promise.race([once(createInterface(shell.stdout), 'line'), exited.then(() => [''])])) as [
          string,
        ])
      : [''];
    const server = new ServerProcess(shell, folder, exited, Number(line));
    shell.unref();
    for (const pipe of [shell.stdin, shell.stdout]) if (pipe instanceof Socket) pipe.unref();
    const end = performance.now() + START_TIMEOUT_MS;
    while (!(await isReady())) {
      if (!server.isRunning || performance.now() > end) {
        const reason = server.log.trimEnd().split('\n').slice(-5).join('\n');
        await server.stop();
        throw new Error(`${command} did not start:\n${reason}`);
      }
      await delay(10);
    }
    return server;
  }

  get isRunning(): boolean {
    return this.shell.exitCode === null && this.shell.signalCode === null && this.pid > 0;
  }

  get log(): string {
    const file = join(this.folder, 'server.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Signals the server alone, for example `SIGKILL`, or `SIGSTOP` and `SIGCONT`. */
  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) process.kill(this.pid, signal);
  }

  /** Resolves when the server has ended, with its exit code; 128 and the number of the signal when one ended it. */
  ended(): Promise<number | undefined> {
    // Only a process that waits for the end is kept alive by it.
    this.shell.ref();
    return this.exited;
  }

  /** Stops the server in an orderly way. The folder stays. */
  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.shell.stdin?.end('bye\n');
    await this.ended();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A folder that servers under other users can reach, below the system's temporary one. */
export function temporaryFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `test-${name}-`)));
  chmodSync(folder, 0o755);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
