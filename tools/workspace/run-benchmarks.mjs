import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './environment.mjs';
import { buildWith } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { reportFailure } from './run-tool.mjs';

/** The benchmarks run in this process and not under turbo, which would pipe their output and share the cores. */
export async function runBenchmarks() {
  try {
    await ensureInstalled();
    await buildWith('@test-coordinator/bench');
  } catch (error) {
    reportFailure(error);
    return;
  }
  const main = join(root, 'tools', 'bench', 'dist', 'main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}
