import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWith } from './build.mjs';
import { root } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { reportFailure } from './run-tool.mjs';

/**
 * Installs and builds when needed, then becomes the app of this name.
 * stdout belongs to the app: scripts parse `npm start -- import FILE --format json`.
 * It runs in this process, so that signals and the exit code need no passing on.
 * @param script The script of package.json that it is started by.
 * @param failureCode The exit code when it cannot be built, where that is not 1.
 */
export async function startApp(name, script, failureCode) {
  try {
    await ensureInstalled();
    await buildWith(`@test-coordinator/${name}`);
  } catch (error) {
    reportFailure(error);
    if (failureCode !== undefined) process.exitCode = failureCode;
    return;
  }
  // npm runs scripts at the project's root; the user's relative paths start where npm was called.
  if (process.env.npm_lifecycle_event === script && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  const main = join(root, 'apps', name, 'dist', 'main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}
