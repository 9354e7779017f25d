import { findInstalled, programFromApt } from './find-program.js';
import { findUnpacked, type UnpackedProgram } from './apt-packages.js';

/** Of the oldest major version that is supported: newer ones dump its databases too. */
const PACKAGE = 'postgresql-client-15';

/** A program that comes with PostgreSQL's client and that npm does not have: from the PATH, else from apt. */
export async function postgresClientProgram(program: 'pg_dump' | 'pg_restore'): Promise<UnpackedProgram> {
  return (
    findInstalled([program]) ??
    findUnpacked(PACKAGE, program) ??
    (await programFromApt(
      PACKAGE,
      program,
      "install PostgreSQL's client programs (pg_dump) of version 15 or newer",
    ))
  );
}
