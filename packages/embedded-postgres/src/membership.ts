import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from './embedded-postgres-error.js';
import type { ServerUser } from './server-user.js';

const POLL_MS = 5;

/** One process's hold on the server: an open end of the keeper's pipe. */
export class Membership {
  private isOpen = true;

  constructor(
    private readonly dataDir: string,
    private readonly pipe: number,
    private readonly user: ServerUser,
  ) {}

  /** `undefined` when no keeper has the pipe open. */
  static open(dataDir: string, user: ServerUser): Membership | undefined {
    try {
      const pipe = openSync(join(dataDir, 'users'), constants.O_WRONLY | constants.O_NONBLOCK);
      return new Membership(dataDir, pipe, user);
    } catch (error) {
      if (systemCode(error) === 'ENXIO' || systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Whether the keeper counts this process in. `false` when it ended or is about to. */
  async confirm(isLate: () => boolean): Promise<boolean> {
    const { token, file } = this.ask();
    try {
      if (!this.write(`join ${token}\n`)) return false;
      while (existsSync(file)) {
        if (isLate() || !this.isKept()) return false;
        await delay(POLL_MS);
      }
      return true;
    } finally {
      rmSync(file, { force: true });
    }
  }

  /** Whether the keeper is there. An empty line means nothing to it. */
  isKept(): boolean {
    return this.write('\n');
  }

  /** Gives up the hold, and answers when the server has stopped unless others use it. */
  async leave(hasStopped: () => boolean, isLate: () => boolean): Promise<void> {
    let question: { token: string; file: string };
    try {
      question = this.ask();
    } catch {
      // A full disk has no room for the question. The server stops all the same, only nobody waits for it.
      this.close();
      return;
    }
    const { token, file } = question;
    try {
      // The count of users only says whether to wait. It is too high after a kill -9; end of file alone decides.
      const isAsked = this.write(`leave ${token}\n`);
      this.close();
      while (isAsked && existsSync(file) && !hasStopped() && !isLate()) await delay(POLL_MS);
    } finally {
      rmSync(file, { force: true });
    }
  }

  close(): void {
    if (this.isOpen) closeSync(this.pipe);
    this.isOpen = false;
  }

  private ask(): { token: string; file: string } {
    const token = randomBytes(8).toString('hex');
    const file = join(this.dataDir, `waiting.${token}`);
    writeFileSync(file, '', { mode: 0o600 });
    this.user.give(file);
    return { token, file };
  }

  private write(line: string): boolean {
    try {
      return this.isOpen && writeSync(this.pipe, line) > 0;
    } catch (error) {
      // A full pipe means that the keeper is there and slow, for example stopped by a debugger.
      return systemCode(error) === 'EAGAIN';
    }
  }
}
