import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWith } from './build.mjs';
import { root } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { reportFailure } from './run-tool.mjs';

/**
 * Builds a folder of tools/ and runs its main program in this process, and not under turbo, which would pipe its output
 * and share the cores. stdout belongs to it: `eval "$(npm run --silent services:up)"` sets variables.
 */
export async function runBuilt(name) {
  try {
    await ensureInstalled();
    await buildWith(`@test-coordinator/${name}`);
  } catch (error) {
    reportFailure(error);
    return;
  }
  const main = join(root, 'tools', name, 'dist', 'main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}
