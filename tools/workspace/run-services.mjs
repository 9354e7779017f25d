import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWith } from './build.mjs';
import { root } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { reportFailure } from './run-tool.mjs';

/** stdout belongs to the command: `eval "$(npm run --silent services:up)"` sets the variables. */
export async function runServices() {
  try {
    await ensureInstalled();
    await buildWith('@test-coordinator/services');
  } catch (error) {
    reportFailure(error);
    return;
  }
  await import(pathToFileURL(join(root, 'tools', 'services', 'dist', 'main.js')).href);
}
