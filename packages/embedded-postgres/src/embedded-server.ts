import { setTimeout as delay } from 'node:timers/promises';
import { diskFull, type DataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { freePort, isListening } from './free-port.js';
import { LOCK_HELD, PID_FILE_IN_DOUBT, spawnKeeper, type Keeper } from './keeper.js';
import { Membership } from './membership.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { isServerOf, readPostmaster } from './postmaster.js';

const POLL_MS = 10;
const WATCH_MS = 500;
const STOP_TIMEOUT_MS = 60_000;

export interface EmbeddedServerOptions {
  readonly folder: DataFolder;
  readonly binaries: PostgresBinaries;
  readonly isDurable: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  readonly log: (message: string) => void;
}

interface Connection {
  readonly membership: Membership;
  readonly port: number;
  readonly joined: boolean;
}

/** This process's use of the server of one folder: joins or starts it, sees that it stays, and leaves. */
export class EmbeddedServer {
  private connection: Connection | undefined;
  private watch: NodeJS.Timeout | undefined;
  private stopping: Promise<void> | undefined;
  private restarting: Promise<void> | undefined;
  private isLastPortTaken = false;

  constructor(private readonly options: EmbeddedServerOptions) {}

  get url(): string {
    return `postgresql://postgres:${this.options.folder.password}@127.0.0.1:${this.connection?.port}/postgres`;
  }

  async start(port?: number): Promise<boolean> {
    this.connection = await this.connect(port);
    this.options.folder.sync();
    this.watch = setInterval(() => this.lookAfter(), WATCH_MS).unref();
    return this.connection.joined;
  }

  stop(): Promise<void> {
    this.stopping ??= this.leave();
    return this.stopping;
  }

  private async leave(): Promise<void> {
    clearInterval(this.watch);
    await this.restarting;
    const isLate = deadline(STOP_TIMEOUT_MS);
    await this.connection?.membership.leave(
      () => readPostmaster(this.options.folder.cluster) === undefined,
      isLate,
    );
  }

  /** The server was killed, or its keeper was: whoever notices first starts it again where the clients look for it. */
  private lookAfter(): void {
    if (this.restarting || !this.connection || this.connection.membership.isKept()) return;
    const { log } = this.options;
    log('The embedded PostgreSQL went away; it is being started again.');
    this.restarting = this.restart(this.connection).finally(() => (this.restarting = undefined));
  }

  private async restart({ membership, port }: Connection): Promise<void> {
    const { log } = this.options;
    membership.close();
    let told = '';
    while (!this.stopping) {
      try {
        this.connection = await this.connect(port);
        log('The embedded PostgreSQL is back.');
        return;
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (problem !== told) log(problem);
        told = problem;
        await delay(WATCH_MS);
      }
    }
  }

  private async connect(wantedPort: number | undefined): Promise<Connection> {
    const { folder, startTimeoutMs } = this.options;
    const isLate = deadline(startTimeoutMs);
    while (!isLate()) {
      const membership = Membership.open(folder.path, folder.user);
      const connection = membership
        ? await this.join(membership, isLate)
        : await this.startKeeper(wantedPort, isLate);
      if (connection) return connection;
      await delay(POLL_MS);
    }
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `The server on ${folder.path} was not ready within ${startTimeoutMs} ms: see server.log there, and try again.`,
    );
  }

  private async join(membership: Membership, isLate: () => boolean): Promise<Connection | undefined> {
    const port = (await membership.confirm(isLate)) ? await this.ready(membership, isLate) : undefined;
    if (port !== undefined) return { membership, port, joined: true };
    membership.close();
    return undefined;
  }

  private async startKeeper(
    wantedPort: number | undefined,
    isLate: () => boolean,
  ): Promise<Connection | undefined> {
    const { folder, binaries, isDurable, settings } = this.options;
    const before = readPostmaster(folder.cluster);
    const isRunning = before !== undefined && isServerOf(folder.cluster, before.pid);
    // Nobody asks here whether a port is free: a server that is about to end still has it, and the keeper waits for that.
    const port = wantedPort ?? (this.isLastPortTaken ? undefined : folder.lastPort) ?? (await freePort());
    const keeper = spawnKeeper({
      dataDir: folder.path,
      cluster: folder.cluster,
      user: folder.user,
      binaries,
      port,
      stalePid: isRunning ? undefined : before?.pid,
      isDurable,
      settings,
    });
    if (await keeper.membership.confirm(isLate)) {
      const ready = await this.ready(keeper.membership, isLate);
      if (ready !== undefined) {
        keeper.release();
        return { membership: keeper.membership, port: ready, joined: false };
      }
    }
    keeper.membership.close();
    await this.explainEnd(keeper, before?.pid, isRunning, wantedPort);
    return undefined;
  }

  /** Returns when it is worth trying again, and throws when it is not. */
  private async explainEnd(
    keeper: Keeper,
    pid: number | undefined,
    isRunning: boolean,
    wantedPort: number | undefined,
  ): Promise<void> {
    const { folder } = this.options;
    const { code, message } = await keeper.ended;
    if (code === LOCK_HELD) {
      if (isRunning && pid !== undefined) this.stopLeftOver(pid);
      return;
    }
    if (code === PID_FILE_IN_DOUBT) {
      if (!isRunning) return;
      throw new EmbeddedPostgresError(
        'FOREIGN_SERVER',
        `A PostgreSQL server that was started by other means (process ${pid}) runs on ${folder.cluster}: stop it and try again.`,
      );
    }
    const log = `${message}${folder.log}`;
    if (/No space left on device|Disk quota exceeded/i.test(log) || folder.isDiskFull())
      throw diskFull(folder.path);
    if (/Address already in use/.test(log)) {
      if (wantedPort === undefined) {
        this.isLastPortTaken = true;
        return;
      }
      throw new EmbeddedPostgresError(
        'PORT_TAKEN',
        `Port ${wantedPort} is in use by another program: stop that, or choose another port.`,
      );
    }
    const lines = log.split('\n').filter((line) => line.trim() !== '');
    const reason =
      lines.findLast((line) => /FATAL|PANIC|ERROR|error/.test(line)) ?? lines.at(-1) ?? 'no reason given';
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `PostgreSQL could not start on ${folder.path} (exit code ${code}): ${reason.replace(/^.*?(FATAL|PANIC|ERROR): +/, '').trim()}. See server.log there.`,
    );
  }

  /**
   * The lock is held, a server runs, and no keeper reads the pipe: the keeper was killed. The server has no users that
   * are counted and would stay for ever; those that are not counted start it again.
   */
  private stopLeftOver(pid: number): void {
    const { folder } = this.options;
    const membership = Membership.open(folder.path, folder.user);
    if (membership) {
      membership.close();
    } else if (readPostmaster(folder.cluster)?.pid === pid && isServerOf(folder.cluster, pid)) {
      process.kill(pid, 'SIGINT');
    }
  }

  /** The port of the server once it takes connections, `undefined` when it ended before that. */
  private async ready(membership: Membership, isLate: () => boolean): Promise<number | undefined> {
    const { folder } = this.options;
    while (!isLate() && membership.isKept()) {
      const server = readPostmaster(folder.cluster);
      if (server?.status === 'ready') {
        if (await isListening(server.port)) return server.port;
        throw new EmbeddedPostgresError(
          'UNREACHABLE',
          `The server on ${folder.path} runs and port ${server.port} does not answer here: it may be in another container. Stop it there, or name another folder.`,
        );
      }
      await delay(POLL_MS);
    }
    return undefined;
  }
}

function deadline(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() > end;
}
