import { RandomChoice } from './random-choice.js';

/** What faults happen to. Two faults of one cycle never share one: a stopped server cannot be killed in an orderly way. */
type Target = 'coordinator' | 'postgres' | 'redis' | 'link';

const KINDS_OF_TARGET = {
  coordinator: ['coordinator killed', 'coordinator stopped', 'coordinator asked to end'],
  postgres: ['postgres killed', 'postgres stopped', 'postgres backend killed'],
  redis: ['redis killed', 'redis stopped'],
  link: ['connections cut', 'connections refused', 'replies delayed', 'replies dropped', 'disk full'],
} as const satisfies Readonly<Record<Target, readonly string[]>>;

/**
 * `killed` is SIGKILL, `stopped` is SIGSTOP and later SIGCONT, `asked to end` is SIGTERM. The link is the one between
 * coordinator and PostgreSQL; it is refused while the disk of the spool is full, or nothing would be written there.
 */
export type FaultKind = (typeof KINDS_OF_TARGET)[Target][number];

export const FAULT_KINDS: readonly FaultKind[] = Object.values(KINDS_OF_TARGET).flat();

export interface PlannedFault {
  readonly kind: FaultKind;
  /** From the start of the cycle. */
  readonly afterMs: number;
  readonly forMs: number;
}

export type PlannedCycle = readonly PlannedFault[];

const LATEST_MS = 500;
const SHORTEST_MS = 100;
const LONGEST_MS = 1_200;
/** That a target has a fault in a cycle. */
const PROBABILITY = 0.5;

/**
 * The faults of each cycle, at least one, by the seed. They overlap, and each kind comes once before any of its target
 * comes again; five cycles are enough for all.
 */
export function planFaults(
  seed: number,
  cycles: number,
  kinds: readonly FaultKind[] = FAULT_KINDS,
): readonly PlannedCycle[] {
  const choice = new RandomChoice(seed);
  const targets = Object.values(KINDS_OF_TARGET)
    .map((all: readonly FaultKind[]) => all.filter((kind) => kinds.includes(kind)))
    .filter((all) => all.length > 0)
    .map((all) => ({ all, deck: choice.shuffled(all), isNew: true }));
  return Array.from({ length: cycles }, (_, cycle) => {
    const isHit = targets.map(
      ({ deck, isNew }) => (isNew && deck.length >= cycles - cycle) || choice.chance(PROBABILITY),
    );
    if (!isHit.includes(true)) isHit[choice.between(0, targets.length - 1)] = true;
    return targets.flatMap((target, index): PlannedFault[] => {
      if (isHit[index] !== true) return [];
      const kind = target.deck.pop()!;
      if (target.deck.length === 0) {
        target.deck = choice.shuffled(target.all);
        target.isNew = false;
      }
      return [
        { kind, afterMs: choice.between(0, LATEST_MS), forMs: choice.between(SHORTEST_MS, LONGEST_MS) },
      ];
    });
  });
}
