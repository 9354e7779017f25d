import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { checkpointLine, readCheckpoint, type SignedCheckpoint } from '@test-coordinator/auditing';

import { AccessError } from '../security/access-error.js';

/** The checkpoints of all coordinators of a data folder, a line each. Lines are added, and none is changed. */
export class CheckpointFile {
  constructor(readonly path: string) {}

  /** Resolves once it survives a power cut. */
  async append(checkpoint: SignedCheckpoint): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.path, 'a', 0o600);
    try {
      await file.appendFile(checkpointLine(checkpoint));
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  /**
   * All checkpoints, and how many lines are none: a crash may have cut the last one short. None when there is no file.
   * @throws AccessError when it cannot be read
   */
  async read(): Promise<{ readonly checkpoints: readonly SignedCheckpoint[]; readonly brokenLines: number }> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        return { checkpoints: [], brokenLines: 0 };
      throw new AccessError(`The checkpoints in ${this.path} cannot be read.`);
    }
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const checkpoints = lines.map(readCheckpoint).filter((checkpoint) => checkpoint !== undefined);
    return { checkpoints, brokenLines: lines.length - checkpoints.length };
  }
}
