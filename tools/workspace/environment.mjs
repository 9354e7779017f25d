import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const bin = join(root, 'node_modules', '.bin');

/** What the tools that run before, around and after the product get as their environment. */
export function toolEnvironment() {
  return {
    ...writableFolders(),
    // One retry instead of two: without a network npm otherwise waits 70 seconds before it says so.
    npm_config_fetch_retries: '1',
    ...process.env,
    // The project's .npmrc silences npm for the sake of stdout; here its errors are wanted.
    npm_config_loglevel: 'error',
    TURBO_TELEMETRY_DISABLED: '1',
    // turbo looks for pnpm on the PATH, and a newcomer has only the copy in node_modules.
    PATH: [bin, process.env.PATH].join(delimiter),
  };
}

/** Service accounts often have a home folder that is missing or read-only; npm and pnpm want to write to it. */
function writableFolders() {
  try {
    accessSync(homedir(), constants.W_OK);
    return {};
  } catch {
    const cache = join(root, '.cache');
    return {
      npm_config_cache: join(cache, 'npm'),
      pnpm_config_store_dir: join(cache, 'pnpm-store'),
      XDG_CACHE_HOME: cache,
      XDG_CONFIG_HOME: cache,
      XDG_DATA_HOME: cache,
      XDG_STATE_HOME: cache,
    };
  }
}
