export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres-error.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './start-embedded-postgres.js';
export { findPostgresBinaries, runnableBinaries, type PostgresBinaries } from './postgres-binaries.js';
export { ServerUser } from './server-user.js';
export { freePort } from './free-port.js';
