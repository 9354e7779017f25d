import type { Creation, Move } from './history.js';
import type { StoredRecord } from './stored-records.js';

/** One sentence for each record that is not as it was promised. */
export interface Verdict {
  /** Acknowledged and not stored, or not as it was acknowledged. */
  readonly lost: readonly string[];
  /** Stored more than once, moved more often than asked, or asked for by nobody. */
  readonly doubled: readonly string[];
  /** Stored although it was refused, or in another order than it was acknowledged. */
  readonly wrong: readonly string[];
}

/** What callers asked for and were told; the moves of one record in their order. */
export interface Asked {
  readonly creations: readonly Creation[];
  readonly moves: readonly Move[];
}

/**
 * Holds what is stored to what the callers were told: what was acknowledged is stored, what is stored was asked for,
 * nothing is stored twice, and each run has its order and each record its state.
 */
export function checkHistory({ creations, moves }: Asked, stored: Iterable<StoredRecord>): Verdict {
  const check = new Check();
  check.readStored(stored);
  check.matchCreations(creations);
  check.judgeMoves(creations, moves);
  check.judgeOrder(creations);
  return check;
}

class Check implements Verdict {
  readonly lost: string[] = [];
  readonly doubled: string[] = [];
  readonly wrong: string[] = [];
  readonly #byMark = new Map<string, StoredRecord>();

  readStored(stored: Iterable<StoredRecord>): void {
    const ids = new Set<string>();
    for (const record of stored) {
      const { kind, id, mark } = record;
      if (ids.has(id)) this.doubled.push(`${kind} ${id} is stored twice`);
      ids.add(id);
      const other = this.#byMark.get(mark);
      if (other === undefined) this.#byMark.set(mark, record);
      else if (other.id !== id) this.doubled.push(`${kind} ${mark} is stored as ${other.id} and as ${id}`);
    }
  }

  matchCreations(creations: readonly Creation[]): void {
    const asked = new Set<string>();
    for (const creation of creations) {
      asked.add(creation.mark);
      const problem = this.#problemOf(creation, this.#byMark.get(creation.mark));
      if (problem === undefined) continue;
      const { kind, mark, id, outcome } = creation;
      const told = `${kind} ${mark} (${id ?? 'no id'}), ${outcome}, ${problem}`;
      (outcome === 'acknowledged' ? this.lost : this.wrong).push(told);
    }
    for (const [mark, { kind, id }] of this.#byMark) {
      if (!asked.has(mark)) this.doubled.push(`${kind} ${id} is stored with ${mark}, which nobody asked for`);
    }
  }

  /** Each status that an unknown move may have led to is allowed, with the version that goes with it. */
  judgeMoves(creations: readonly Creation[], moves: readonly Move[]): void {
    const movesOf = new Map<string, Move[]>();
    for (const move of moves) movesOf.set(move.id, [...(movesOf.get(move.id) ?? []), move]);
    for (const { kind, mark, id, status } of creations) {
      const record = this.#byMark.get(mark);
      // What is not stored, or not so, was told above. Results never change.
      if (kind === 'result' || record === undefined || record.id !== id) continue;
      const all = movesOf.get(record.id) ?? [];
      const sure = all.filter(({ outcome }) => outcome === 'acknowledged');
      const most = all.filter(({ outcome }) => outcome !== 'refused').length + 1;
      const what = `${kind} ${record.id} of version ${record.version}, ${record.status}`;
      if (record.version < sure.length + 1) this.lost.push(`${what}: ${sure.length} moves were acknowledged`);
      else if (record.version > most) this.doubled.push(`${what}: ${most - 1} moves were asked for`);
      else if (!statusesAfter(status, all).has(record.status))
        this.lost.push(`${what}: the moves led to ${[...statusesAfter(status, all)].join(' or ')}`);
    }
  }

  /** The coordinator mints ids that rise, and an event has the time at which it was accepted. */
  judgeOrder(creations: readonly Creation[]): void {
    const minted = creations.filter(({ kind, isMinted }) => kind === 'result' && isMinted);
    this.#judgeRise(minted, ({ id }) => id, 'ids');
    const events = creations.filter(({ kind }) => kind === 'event');
    this.#judgeRise(events, ({ createdAt }) => createdAt, 'times');
  }

  #problemOf(creation: Creation, record: StoredRecord | undefined): string | undefined {
    const { kind, id, runId, status, outcome } = creation;
    if (record === undefined) return outcome === 'acknowledged' ? 'is not stored' : undefined;
    if (outcome === 'refused') return `is stored as ${record.id}`;
    if (id !== undefined && record.id !== id) return `is stored as ${record.id}`;
    if (runId !== record.runId) return `is stored in the run ${record.runId}`;
    if (kind === 'result' && record.status !== status) return `is stored as ${record.status}, not ${status}`;
    return undefined;
  }

  /** Within each run, no record of a later step comes before one of an earlier step. */
  #judgeRise<Key extends string | number>(
    creations: readonly Creation[],
    keyOf: (record: StoredRecord) => Key,
    keys: string,
  ): void {
    const runs = new Map<string, { readonly step: number; readonly key: Key }[]>();
    for (const { mark, runId, step, outcome } of creations) {
      const record = this.#byMark.get(mark);
      if (record === undefined || outcome !== 'acknowledged' || runId === undefined) continue;
      const steps = runs.get(runId) ?? [];
      steps.push({ step, key: keyOf(record) });
      runs.set(runId, steps);
    }
    for (const [runId, steps] of runs) {
      steps.sort((a, b) => a.step - b.step);
      let highest: Key | undefined;
      let highestOfStep: Key | undefined;
      let step = -1;
      for (const { step: next, key } of steps) {
        if (next > step) {
          highest = highestOfStep;
          step = next;
        }
        if (highest !== undefined && key < highest) {
          this.wrong.push(`the ${keys} of run ${runId} do not rise: ${key} of step ${next} after ${highest}`);
          break;
        }
        if (highestOfStep === undefined || key > highestOfStep) highestOfStep = key;
      }
    }
  }
}

function statusesAfter(first: string, moves: readonly Move[]): ReadonlySet<string> {
  let statuses = new Set([first]);
  for (const { to, outcome } of moves) {
    if (outcome === 'acknowledged') statuses = new Set([to]);
    else if (outcome === 'unknown') statuses.add(to);
  }
  return statuses;
}
