import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every file that git tracks or would track, as a path from the root. */
export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The folders of packages and apps, for example packages/domain. */
export const productFolders: readonly string[] = files
  .filter((file) => /^(packages|apps)\/[^/]+\/package\.json$/.test(file))
  .map((file) => file.replace('/package.json', ''));

/** The folders whose packages a snippet can import: those of the product, the services for tests, and the torture. */
export const importableFolders: readonly string[] = [...productFolders, 'tools/services', 'tools/torture'];
