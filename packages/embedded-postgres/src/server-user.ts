import { chownSync, lchownSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const NOBODY = 65534;

/**
 * The user that the server runs as. PostgreSQL refuses root, so root's server runs as the owner of the data folder, or
 * as nobody when that is root. Everybody else runs it as themselves.
 */
export class ServerUser {
  /** For `spawn`: empty when the server runs as this process's own user. */
  readonly identity: { readonly uid?: number; readonly gid?: number };

  private constructor(
    readonly uid: number,
    private readonly gid: number,
    private readonly isOther: boolean,
  ) {
    this.identity = isOther ? { uid, gid } : {};
  }

  static for(dataDir: string): ServerUser {
    const { uid, gid } = process.geteuid?.() === 0 ? statSync(dataDir) : { uid: -1, gid: -1 };
    if (uid === -1) return new ServerUser(process.geteuid?.() ?? -1, process.getegid?.() ?? -1, false);
    return uid === 0 ? new ServerUser(NOBODY, NOBODY, true) : new ServerUser(uid, gid, true);
  }

  /** Makes the server's user the owner of a file that this process made. */
  give(path: string): void {
    if (this.isOther) chownSync(path, this.uid, this.gid);
  }

  giveAll(folder: string): void {
    if (!this.isOther) return;
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      lchownSync(join(folder, path), this.uid, this.gid);
    this.give(folder);
  }

  /** Whether the server's user may read the file and pass all folders above it. Judged by mode bits, without ACLs. */
  canReach(file: string): boolean {
    if (!this.isOther) return true;
    const allows = (path: string, bit: number): boolean => {
      const { mode, uid, gid } = statSync(path);
      const shift = uid === this.uid ? 6 : gid === this.gid ? 3 : 0;
      return (mode & (bit << shift)) !== 0;
    };
    for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
      if (!allows(folder, 1)) return false;
      if (folder === dirname(folder)) return allows(file, 4);
    }
  }
}
