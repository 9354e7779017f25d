import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of one of the repository's examples. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
}

export function example(name: string): Buffer {
  return readFileSync(examplePath(name));
}

export const JOURNAL = 'trading-engine-restart/journal.json';
export const EXPERIMENT = 'exchange-partition/experiment.json';
export const JUNIT = 'market-data-latency/feed-handlers.junit.xml';
export const CTRF = 'market-data-latency/feed-dashboard.ctrf.json';
