import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findUnpacked, unpackFromApt, type UnpackedProgram } from './apt-packages.js';

export function onPath(program: string, path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Debian keeps servers out of an ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);

/** One of the programs, as it is installed. */
export function findInstalled(programs: readonly string[]): UnpackedProgram | undefined {
  const command = programs
    .map((program) => onPath(program) ?? onPath(program, SYSTEM_FOLDERS))
    .find((path) => path !== undefined);
  return command === undefined ? undefined : { command, env: {} };
}

/** The program of a Debian package, downloaded on first use. */
export async function programFromApt(
  packageName: string,
  program: string,
  advice: string,
): Promise<UnpackedProgram> {
  try {
    if (!findUnpacked(packageName, program)) await unpackFromApt(packageName);
    const unpacked = findUnpacked(packageName, program);
    if (unpacked) return unpacked;
    throw new Error(`the package ${packageName} has no ${program}`);
  } catch (cause) {
    throw new Error(`${program} was not found, and apt can't provide it: ${advice}.`, { cause });
  }
}
