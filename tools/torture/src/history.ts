export type RecordKind = 'run' | 'event' | 'result';

/** What a caller knows of its write. `unknown`: it may or may not be stored. `refused`: it must not be. */
export type Outcome = 'acknowledged' | 'unknown' | 'refused';

/** One record that a caller asked for. */
export interface Creation {
  readonly kind: RecordKind;
  /** Stands in the record's content and in no other: a second record of one call has the same. */
  readonly mark: string;
  /** The caller's, or what the answer told; absent when the coordinator was to mint it and nobody knows the answer. */
  readonly id: string | undefined;
  readonly isMinted: boolean;
  /** The run that it belongs to; absent for a run. */
  readonly runId?: string;
  /** As it was given. */
  readonly status: string;
  /** Calls of one run with a lower number were answered before this one was made. */
  readonly step: number;
  readonly outcome: Outcome;
}

/** One move of a run or an event to another status. Those of one record are made one after the other. */
export interface Move {
  readonly kind: RecordKind;
  readonly id: string;
  readonly to: string;
  readonly outcome: Outcome;
}

/** All that the writers asked for, and what they were told. */
export class History {
  readonly creations: Creation[] = [];
  readonly moves: Move[] = [];
  /** Answers that no fault excuses: a valid call that was refused, an acknowledged record that is not found. */
  readonly surprises: string[] = [];
  #acknowledged = 0;
  #acknowledgedMoves = 0;

  /** Records whose creation was acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get acknowledgedMoves(): number {
    return this.#acknowledgedMoves;
  }

  created(creation: Creation): void {
    this.creations.push(creation);
    if (creation.outcome === 'acknowledged') this.#acknowledged += 1;
  }

  moved(move: Move): void {
    this.moves.push(move);
    if (move.outcome === 'acknowledged') this.#acknowledgedMoves += 1;
  }

  surprised(what: string): void {
    this.surprises.push(what);
  }
}
