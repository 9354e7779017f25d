import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { FaultKind, PlannedCycle } from './fault-plan.js';

/** A rule of the product, and a change of its built code that breaks it. */
export interface Saboteur {
  readonly name: string;
  /** Below `dist` of a package of the workspace. */
  readonly package: 'adapter-postgres' | 'adapter-spool';
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Faults that bring it to light; played again until it is caught. */
  readonly cycle: PlannedCycle;
}

const during = (kind: FaultKind, afterMs: number, forMs: number): PlannedCycle => [{ kind, afterMs, forMs }];

const OUTAGE = during('connections refused', 200, 800);
/** When writers record results, and not their first run. */
const LOST_REPLIES = during('replies dropped', 800, 800);
const FULL_DISK = during('disk full', 200, 300);
/** Killed with records in its spool. */
const KILLED_IN_OUTAGE: PlannedCycle = [...OUTAGE, ...during('coordinator killed', 600, 100)];
/** Killed while it is given what waited. */
const KILLED_IN_DRAIN: PlannedCycle = [...OUTAGE, ...during('postgres killed', 1_200, 100)];
const SLOW_DRAIN: PlannedCycle = [...OUTAGE, ...during('replies delayed', 1_050, 1_500)];

/** Each must be caught by the torture; one whose text is no longer in the code is an error, not a pass. */
export const SABOTEURS: readonly Saboteur[] = [
  {
    name: 'answers before it writes',
    package: 'adapter-spool',
    file: 'group-commit.js',
    from: 'const first = await this.#commit(batch);',
    to: `const told = this.#context.segments.next;
            batch.forEach(({ resolve }, index) => resolve(told + index));
            await new Promise((resolve) => setTimeout(resolve, 50));
            const first = await this.#commit(batch);`,
    cycle: KILLED_IN_OUTAGE,
  },
  {
    name: 'answers and keeps nothing',
    package: 'adapter-spool',
    file: 'degraded-calls.js',
    from: 'async accept(accepted, payload) {',
    to: 'async accept(accepted, payload) { return;',
    cycle: OUTAGE,
  },
  {
    name: 'ignores at a start what waits',
    package: 'adapter-spool',
    file: 'spool.js',
    from: 'new Spool(parts, recovered)',
    to: 'new Spool(parts, { ...recovered, acknowledged: segments.next - 1 })',
    cycle: KILLED_IN_OUTAGE,
  },
  {
    name: 'takes what did not fit on a full disk for written',
    package: 'adapter-spool',
    file: 'group-commit.js',
    from: 'if (!urgent.includes(record))\n                    record.reject(error);',
    to: 'if (!urgent.includes(record))\n                    record.resolve(0);',
    cycle: FULL_DISK,
  },
  {
    name: 'counts a batch as stored before the store has it',
    package: 'adapter-spool',
    file: 'drainer.js',
    from: 'await breaker.call(() => storeCommands(',
    to: 'await spool.acknowledge(through); await breaker.call(() => storeCommands(',
    cycle: KILLED_IN_DRAIN,
  },
  {
    name: 'takes an outage for a refusal',
    package: 'adapter-spool',
    file: 'store-commands.js',
    from: '&& !error.retryable &&',
    to: '&&',
    cycle: KILLED_IN_DRAIN,
  },
  {
    name: 'stores what waits in another order',
    package: 'adapter-spool',
    file: 'drainer.js',
    from: 'const commands = await this.#decoded(spool, records);',
    to: 'const commands = (await this.#decoded(spool, records)).toReversed();',
    cycle: OUTAGE,
  },
  {
    name: 'lets new records overtake those that wait',
    package: 'adapter-spool',
    file: 'degraded-calls.js',
    from: 'needed !== undefined && this.isWaiting(needed)',
    to: 'false',
    cycle: SLOW_DRAIN,
  },
  {
    name: 'mints ids anew for what waited',
    package: 'adapter-spool',
    file: 'store-commands.js',
    from: 'batch.map((each) => each.result)',
    to: 'batch.map((each) => ({ ...each.result, resultId: undefined }))',
    cycle: OUTAGE,
  },
  {
    name: 'asks the store before it has minted an id',
    package: 'adapter-spool',
    file: 'spooled-test-results.js',
    from: 'this.store.create(given, options)',
    to: 'this.store.create(result, options)',
    cycle: LOST_REPLIES,
  },
  {
    name: 'does not know a record again that is stored',
    package: 'adapter-postgres',
    file: 'record-creation.js',
    from: 'if (!same)',
    to: 'if (true)',
    cycle: LOST_REPLIES,
  },
];

/** Where the file is that the saboteur changes. */
export function sabotagedFile({ package: name, file }: Saboteur): URL {
  return new URL(file, import.meta.resolve(`@test-coordinator/${name}`));
}

/** The code with the change. @throws Error unless there is exactly one place for it */
export function sabotaged(code: string, { file, from, to }: Saboteur): string {
  if (code.split(from).length !== 2)
    throw new Error(`${file} has not exactly one place to sabotage: ${from}`);
  return code.replace(from, () => to);
}

/**
 * What makes a node run the product with this change: it is made while the code is loaded, so that neither the product has a
 * switch for it, nor its files change.
 */
export async function nodeOptionsOf(saboteur: Saboteur): Promise<readonly string[]> {
  sabotaged(await readFile(fileURLToPath(sabotagedFile(saboteur)), 'utf8'), saboteur);
  const loader = new URL('sabotage-loader.js', import.meta.url);
  loader.searchParams.set('name', saboteur.name);
  return ['--import', loader.href];
}
