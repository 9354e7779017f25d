import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWith } from './build.mjs';
import { root } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { reportFailure } from './run-tool.mjs';

/**
 * stdout belongs to the coordinator: scripts parse `npm start -- import FILE --format json`.
 * It runs in this process, so that signals and the exit code need no passing on.
 */
export async function startCoordinator() {
  try {
    await ensureInstalled();
    await buildWith('@test-coordinator/coordinator');
  } catch (error) {
    reportFailure(error);
    return;
  }
  // npm runs scripts at the project's root; the user's relative paths start where npm was called.
  if (process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD)
    process.chdir(process.env.INIT_CWD);
  const main = join(root, 'apps', 'coordinator', 'dist', 'main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}
