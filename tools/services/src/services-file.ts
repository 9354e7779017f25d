import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE =
  process.env['TEST_SERVICES_FILE'] ??
  fileURLToPath(new URL('../../../node_modules/.cache/test-services/running.json', import.meta.url));

/** What `services:up` has started. */
export interface RunningServices {
  /** The port that listens for the order to end. */
  readonly control: number;
  /** Proves that an order comes from who can read this file. */
  readonly token: string;
  readonly postgres: string;
  readonly redis: string;
}

export function rememberServices(services: RunningServices): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify(services), { mode: 0o600 });
}

export function rememberedServices(): RunningServices | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as RunningServices) : undefined;
}

export function forgetServices(): void {
  rmSync(FILE, { force: true });
}
