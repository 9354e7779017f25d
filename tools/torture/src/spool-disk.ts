import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

import { removeFolder, temporaryFolder } from '@test-coordinator/services';

const SIZE = '96m';
const MIB = 1_048_576;

/**
 * The disk that the spool is on: a small tmpfs for one who may mount it, which can be filled. kill -9 takes nothing
 * from it; what a power cut takes is told on a simulated disk. For others a folder, and the spool's own size limit.
 */
export class SpoolDisk {
  readonly folder = temporaryFolder('torture-spool');
  readonly #isMounted: boolean;

  constructor() {
    const options = `size=${SIZE},mode=755`;
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', this.folder]);
    this.#isMounted = status === 0;
  }

  /** Whether it can be filled; otherwise the spool's limit is reached by large records. */
  get canBeFilled(): boolean {
    return this.#isMounted;
  }

  /** Bytes that the spool may take. */
  get spoolMaxBytes(): number {
    return (this.#isMounted ? 1_024 : 16) * MIB;
  }

  /** Leaves no room at all; answers the system's code for that. */
  fill(): string {
    const chunk = Buffer.alloc(statfsSync(this.folder).bsize);
    const room = Buffer.alloc(MIB);
    const write = (bytes: Buffer): string => {
      try {
        for (;;) appendFileSync(this.#filler, bytes);
      } catch (error) {
        return String((error as NodeJS.ErrnoException).code);
      }
    };
    write(room);
    return write(chunk);
  }

  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  remove(): void {
    if (this.#isMounted) spawnSync('umount', ['--lazy', this.folder]);
    removeFolder(this.folder);
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }
}
