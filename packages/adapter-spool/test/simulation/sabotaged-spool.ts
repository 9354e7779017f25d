import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Saboteur } from './saboteurs.js';
import type { OpenSpool } from './simulation.js';

const BUILT = fileURLToPath(new URL('../../dist', import.meta.url));
/** Inside the package, where the copy finds the packages that it imports. */
const COPIES = fileURLToPath(new URL('../sabotaged-', import.meta.url));

/** A copy of the built package with one change, so that the code under test has no switches for tests. */
export async function withSabotagedSpool<Answer>(
  { file, from, to }: Saboteur,
  work: (open: OpenSpool) => Promise<Answer>,
): Promise<Answer> {
  const copy = await mkdtemp(COPIES);
  try {
    await cp(BUILT, copy, { recursive: true, filter: (path) => !path.endsWith('.map') });
    const path = join(copy, file);
    const code = await readFile(path, 'utf8');
    if (code.split(from).length !== 2)
      throw new Error(`${file} has not exactly one place to sabotage: ${from}`);
    await writeFile(
      path,
      code.replace(from, () => to),
    );
    const { Spool } = (await import(pathToFileURL(join(copy, 'index.js')).href)) as {
      readonly Spool: { readonly open: OpenSpool };
    };
    return await work((options) => Spool.open(options));
  } finally {
    await rm(copy, { recursive: true });
  }
}
