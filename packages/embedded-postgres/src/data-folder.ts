import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresError, systemCode } from './embedded-postgres-error.js';
import { ServerUser } from './server-user.js';

/** What the server at least needs to start: one segment of its log. */
const LEAST_FREE_BYTES = 16 * 1024 * 1024;

/**
 * The folder of an embedded server: `cluster` (PostgreSQL's own data), `password`, `port`, `lock`, `users`, `server.log`
 * and, for root, a copy of the binaries.
 */
export class DataFolder {
  readonly cluster: string;

  private constructor(
    readonly path: string,
    readonly user: ServerUser,
  ) {
    this.cluster = join(path, 'cluster');
  }

  /**
   * Makes the folder when it is missing. A folder that holds other files is refused: as root it would change its owner.
   *
   * @throws {EmbeddedPostgresError} `FOLDER_UNUSABLE`, `DISK_FULL`, `OTHER_MAJOR_VERSION`, `PASSWORD_MISSING`
   */
  static open(dataDir: string, major: number): DataFolder {
    try {
      // The folders above keep the usual mode: the server of root has to pass through them.
      mkdirSync(dirname(resolve(dataDir)), { recursive: true });
      if (!existsSync(dataDir)) mkdirSync(dataDir, { mode: 0o700, recursive: true });
      const path = realpathSync(dataDir);
      const lock = join(path, 'lock');
      const names = readdirSync(path);
      if (names.length > 0 && !names.includes('lock')) {
        throw unusable(dataDir, 'holds other files: name a new or an empty folder for the data');
      }
      const folder = new DataFolder(path, ServerUser.for(path));
      folder.user.give(path);
      folder.refuseUnreachable();
      folder.refuseForeign();
      closeSync(openSync(lock, 'a', 0o600));
      folder.user.give(lock);
      folder.refuseOtherMajor(major);
      folder.ensurePassword();
      return folder;
    } catch (error) {
      throw folderError(dataDir, error);
    }
  }

  get password(): string {
    return readFileSync(join(this.path, 'password'), 'utf8').trim();
  }

  /** The port of the last run, so that clients find the server again. */
  get lastPort(): number | undefined {
    const file = join(this.path, 'port');
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined;
  }

  get log(): string {
    const file = join(this.path, 'server.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** The server's own message may be missing then: its log is on the same disk. */
  isDiskFull(): boolean {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize < LEAST_FREE_BYTES;
  }

  /** Without this a power cut could take back the renaming that made the new cluster the cluster. */
  sync(): void {
    const folder = openSync(this.path, constants.O_RDONLY);
    fsyncSync(folder);
    closeSync(folder);
  }

  private refuseUnreachable(): void {
    accessSync(this.path, constants.R_OK | constants.W_OK | constants.X_OK);
    if (this.user.canReach(join(this.path, '.'))) return;
    throw unusable(
      this.path,
      `can't be reached by the user with the id ${this.user.uid}, who runs the server for root: ` +
        'name a folder that is not below a private one such as /root',
    );
  }

  private refuseForeign(): void {
    if (!existsSync(this.cluster)) return;
    const { uid } = lstatSync(this.cluster);
    if (uid !== this.user.uid) {
      throw unusable(
        this.path,
        `has data of the user with the id ${uid}: run as that user or as root, or change the owner of the whole folder with chown -R`,
      );
    }
  }

  private refuseOtherMajor(major: number): void {
    const file = join(this.cluster, 'PG_VERSION');
    if (!existsSync(file)) return;
    const written = readFileSync(file, 'utf8').trim();
    if (written !== `${major}`) {
      throw new EmbeddedPostgresError(
        'OTHER_MAJOR_VERSION',
        `The data in ${this.path} was written by PostgreSQL ${written}, and this is PostgreSQL ${major}: dump it with version ${written} and load the dump here, or name another folder. Nothing was changed.`,
      );
    }
  }

  /** Of several processes that start at once the first to link its file decides on the password. */
  private ensurePassword(): void {
    const file = join(this.path, 'password');
    if (existsSync(file)) return;
    if (existsSync(this.cluster)) {
      throw new EmbeddedPostgresError(
        'PASSWORD_MISSING',
        `The file ${file} is missing, and nobody can log in without it: put it back from a copy of the folder.`,
      );
    }
    const own = `${file}.${randomBytes(8).toString('hex')}`;
    try {
      writeFileSync(own, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
      this.user.give(own);
      linkSync(own, file);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(own, { force: true });
    }
  }
}

/** The one line for what the system said about a file of the folder. */
export function folderError(dataDir: string, error: unknown): unknown {
  if (error instanceof EmbeddedPostgresError) return error;
  switch (systemCode(error) ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(dataDir, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return unusable(
        dataDir,
        `can't be written by the user with the id ${process.geteuid?.()}: name another folder, or let this user write to it`,
        error,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return unusable(dataDir, 'is not a folder: name another one', error);
    default:
      return error;
  }
}

export function diskFull(dataDir: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'DISK_FULL',
    `The disk with ${dataDir} is full: make room and try again. What was committed is safe.`,
    { cause },
  );
}

function unusable(dataDir: string, problem: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError('FOLDER_UNUSABLE', `The data folder ${dataDir} ${problem}.`, { cause });
}
