import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { freePort } from '@test-coordinator/embedded-postgres';
import type { UnpackedProgram } from './apt-packages.js';
import { findInstalled, onPath, programFromApt } from './find-program.js';
import { removeFolder, ServerProcess, temporaryFolder, type ServerCommand } from './server-process.js';

const run = promisify(execFile);

const ADVICE =
  'install redis-server (Debian, Ubuntu: apt install redis-server; macOS: brew install redis), or set TEST_REDIS_URL';
const PROGRAMS = ['redis-server', 'valkey-server'];
const IMAGE = 'redis:7-alpine';

export interface RedisServerOptions {
  /** Lines of redis.conf as name and value, for example `{ 'maxmemory-policy': 'noeviction' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A throw-away Redis or Valkey that keeps nothing on the disk. */
export class RedisServer implements AsyncDisposable {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly start: () => Promise<ServerProcess>,
    private process: ServerProcess,
  ) {}

  /** Looks for a server on the PATH, then for a container engine, then asks apt. */
  static async start({ settings = {} }: RedisServerOptions = {}): Promise<RedisServer> {
    const folder = temporaryFolder('redis');
    try {
      const port = await freePort();
      const lines = { save: '', appendonly: 'no', ...settings };
      const flags = Object.entries(lines).flatMap(([name, value]) => [`--${name}`, value]);
      const command = await redisCommand(port, flags, folder);
      const start = (): Promise<ServerProcess> => ServerProcess.start(command, () => redisAnswers(port));
      return new RedisServer(port, folder, start, await start());
    } catch (error) {
      removeFolder(folder);
      throw error;
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.process.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.signal(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.process.ended();
  }

  /** Starts an empty server on the same port. */
  async restart(): Promise<void> {
    await this.process.stop();
    this.process = await this.start();
  }

  async stop(): Promise<void> {
    await this.process.stop();
    removeFolder(this.folder);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function redisCommand(port: number, flags: readonly string[], folder: string): Promise<ServerCommand> {
  const local = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, ...flags];
  const installed = findInstalled(PROGRAMS);
  if (installed) return { ...installed, args: local, stopSignal: 'TERM', folder };
  const docker = onPath('docker');
  if (docker !== undefined && (await hasEngine(docker))) {
    const container = ['run', '--rm', '--publish', `127.0.0.1:${port}:6379`, IMAGE, 'redis-server'];
    return { command: docker, args: [...container, ...flags], stopSignal: 'TERM', folder };
  }
  return { ...(await findRedis()), args: local, stopSignal: 'TERM', folder };
}

/** The program on this machine, downloaded when it has none. */
export async function findRedis(): Promise<UnpackedProgram> {
  return findInstalled(PROGRAMS) ?? programFromApt('redis-server', 'redis-server', ADVICE);
}

async function hasEngine(docker: string): Promise<boolean> {
  return run(docker, ['info'], { timeout: 5000 }).then(
    () => true,
    () => false,
  );
}

/** Whether a server answers on the port; one that asks for a password does, too. */
export function redisAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', (reply) => {
      resolve(/^(\+PONG|-NOAUTH)/.test(reply.toString()));
      socket.destroy();
    });
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
  });
}
