/**
 * What kept the embedded server from starting. Each code stands for one thing to do, and the message says it.
 *
 * - `PLATFORM_UNSUPPORTED`: no binaries exist for this system (Windows, musl, a rare processor).
 * - `BINARIES_MISSING`: they exist and aren't installed.
 * - `FOLDER_UNUSABLE`: the data folder belongs to somebody else, can't be written or reached, or holds other files.
 * - `OTHER_MAJOR_VERSION`: the data was written by another major version of PostgreSQL.
 * - `FOREIGN_SERVER`: a server that was started by other means runs on the data.
 * - `PASSWORD_MISSING`: the data is there and the file with its password isn't.
 * - `PORT_TAKEN`: the wanted port is in use.
 * - `DISK_FULL`: the disk with the data folder has no room left.
 * - `UNREACHABLE`: the server runs and doesn't answer here, for example because it is in another container.
 * - `START_FAILED`: anything else; the message holds the server's last line.
 */
export type EmbeddedPostgresErrorCode =
  | 'PLATFORM_UNSUPPORTED'
  | 'BINARIES_MISSING'
  | 'FOLDER_UNUSABLE'
  | 'OTHER_MAJOR_VERSION'
  | 'FOREIGN_SERVER'
  | 'PASSWORD_MISSING'
  | 'PORT_TAKEN'
  | 'DISK_FULL'
  | 'UNREACHABLE'
  | 'START_FAILED';

/** One line that says what is wrong and what to do. It never holds the password. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The `code` of an error of Node, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
