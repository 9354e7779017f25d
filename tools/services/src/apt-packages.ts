import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Beside the installed packages, and gone with them, unless TEST_SERVICES_CACHE names another folder. */
export const CACHE =
  process.env['TEST_SERVICES_CACHE'] ??
  fileURLToPath(new URL('../../../node_modules/.cache/test-services', import.meta.url));

/** In /usr/bin, PostgreSQL's programs are scripts that look for those in the folder of a version. */
const PROGRAM_FOLDERS = ['usr/lib/postgresql/15/bin', 'usr/bin', 'usr/sbin'];

export interface UnpackedProgram {
  readonly command: string;
  /** Where its libraries are, those apart that the system has. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program that {@link unpackFromApt} unpacked earlier. */
export function findUnpacked(packageName: string, program: string): UnpackedProgram | undefined {
  const root = join(CACHE, packageName);
  const command = PROGRAM_FOLDERS.map((folder) => join(root, folder, program)).find(existsSync);
  if (command === undefined) return undefined;
  const libraries = readdirSync(join(root, 'usr', 'lib'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
    .map(({ name }) => join(root, 'usr', 'lib', name));
  return { command, env: { LD_LIBRARY_PATH: libraries.join(':') } };
}

/**
 * Downloads a Debian package with the libraries that the system lacks, and unpacks them into the cache. It neither
 * needs root nor changes the system: apt gets lists and a cache of its own. For root it is the same, since installing
 * would also start the service. About 5 s, once.
 *
 * @throws when apt isn't there or can't reach its sources
 */
export async function unpackFromApt(packageName: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'unpacking-'));
  try {
    for (const path of ['lists/partial', 'cache/archives/partial', 'root'])
      mkdirSync(join(folder, path), { recursive: true });
    const settings = [
      `Dir::State::Lists=${join(folder, 'lists')}`,
      `Dir::Cache=${join(folder, 'cache')}`,
      // What it writes is in a folder that only this user can reach.
      'APT::Sandbox::User=root',
      'Debug::NoLocking=1',
      'APT::Update::Error-Mode=any',
      'Acquire::Retries=1',
      'Acquire::http::Timeout=15',
    ].flatMap((setting) => ['-o', setting]);
    const apt = (...args: string[]): Promise<{ stdout: string }> =>
      run('apt-get', ['-qq', ...settings, ...args], { cwd: folder });
    await apt('update');
    const { stdout } = await apt('--print-uris', '-y', '--no-install-recommends', 'install', packageName);
    const names = [...stdout.matchAll(/^'[^']+' ([^_\s]+)_/gm)].flatMap(([, name]) => name ?? []);
    // The other packages are for the service that the system would have: users, init scripts, documentation.
    const wanted = names.filter(
      (name) => name === packageName || name.startsWith('lib') || name === 'redis-tools',
    );
    await apt('download', ...new Set([packageName, ...wanted]));
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb')))
      await run('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
    try {
      renameSync(join(folder, 'root'), join(CACHE, packageName));
    } catch (error) {
      // Another process was faster.
      if (!existsSync(join(CACHE, packageName))) throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
