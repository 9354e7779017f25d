import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const bin = join(root, 'node_modules', '.bin');

/** What the tools that run before, around and after the product get as their environment. */
export function toolEnvironment() {
  return {
    // One retry instead of two: without a network npm otherwise waits 70 seconds before it says so.
    npm_config_fetch_retries: '1',
    ...process.env,
    ...writableFolders(),
    // The project's .npmrc silences npm for the sake of stdout; here its errors are wanted.
    npm_config_loglevel: 'error',
    TURBO_TELEMETRY_DISABLED: '1',
    // Part of the hash of the test tasks: what passed on one Node says nothing about another.
    WORKSPACE_NODE_VERSION: process.version,
    // turbo looks for pnpm on the PATH, and a newcomer has only the copy in node_modules.
    PATH: [bin, process.env.PATH].join(delimiter),
  };
}

/** Service accounts often have a home folder that is missing or read-only; npm and pnpm want to write to it. */
function writableFolders() {
  const home = homedir();
  if (isWritable(home)) return {};
  const cache = join(root, '.cache');
  const folders = {
    npm_config_cache: join(cache, 'npm'),
    pnpm_config_store_dir: join(cache, 'pnpm-store'),
    XDG_CACHE_HOME: cache,
    XDG_CONFIG_HOME: cache,
    XDG_DATA_HOME: cache,
    XDG_STATE_HOME: cache,
  };
  // npm hands its scripts a cache in the home folder as if somebody had chosen it.
  return Object.fromEntries(
    Object.entries(folders).filter(([name]) => (process.env[name] ?? home).startsWith(home)),
  );
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
