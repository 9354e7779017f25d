import { randomUUID } from 'node:crypto';

import type {
  ActiveRun,
  ActiveRunEvent,
  ActiveRuns,
  Clock,
  Page,
  PageRequest,
  RunProgress,
} from '@test-coordinator/ports';

import { modelPage, type ModelOrder } from './model-page.js';
import type { Synchronous } from './synchronous.js';

/** What is remembered of a run: its live state, or that it was cleared. */
interface Remembered {
  readonly version: number;
  readonly run: ActiveRun | null;
  /** Milliseconds since 1970 from which nothing is known of it. */
  readonly expiry: number;
  /** The id of its last event. */
  readonly id: string;
}

const NEWEST_FIRST: ModelOrder<ActiveRun> = { kind: 'id', keyOf: ({ runId }) => [runId] };

/** What the contract says of live state, on a plain map and a list of all changes. Inputs are valid. */
export class ActiveRunsModel implements Synchronous<ActiveRuns> {
  /** Every change so far, in order; the id of each ends with its place, from 0. */
  readonly events: ActiveRunEvent[] = [];
  /** Keeps the ids apart from those of another store. */
  readonly #epoch = randomUUID();
  readonly #remembered = new Map<string, Remembered>();

  constructor(
    private readonly clock: Clock,
    private readonly ttlMs: number,
  ) {}

  publish(runId: string, { phase, progress, message, counters, version }: RunProgress): ActiveRun | null {
    const before = this.#known(runId);
    const updatedAt = this.clock.now();
    const next = version ?? Math.max((before?.version ?? 0) + 1, updatedAt.getTime() * 1_000);
    if (before !== undefined && next <= before.version) return before.run;
    const told = { phase, progress: progress ?? null, message: message ?? null, counters: counters ?? {} };
    const stored = JSON.parse(JSON.stringify(told)) as typeof told;
    const run: ActiveRun = { runId, version: next, ...stored, updatedAt };
    this.#remember(runId, next, run, { kind: 'published', id: this.#nextId(), run });
    return run;
  }

  get(runId: string): ActiveRun | null {
    return this.#known(runId)?.run ?? null;
  }

  list(page?: PageRequest): Page<ActiveRun> {
    return modelPage(
      this.inOrder().map(({ run }) => run),
      NEWEST_FIRST,
      page,
    );
  }

  clear(runId: string): boolean {
    const before = this.#known(runId);
    if (before === undefined || before.run === null) return false;
    this.#remember(runId, before.version, null, { kind: 'cleared', id: this.#nextId(), runId });
    return true;
  }

  /** The current states, each with the id of its event, in the order in which they were published. */
  inOrder(): readonly Extract<ActiveRunEvent, { kind: 'published' }>[] {
    const live = [...this.#remembered.keys()].flatMap((runId) => {
      const known = this.#known(runId);
      return known?.run ? [{ kind: 'published' as const, id: known.id, run: known.run }] : [];
    });
    return live.sort((a, b) => this.placeOf(a.id)! - this.placeOf(b.id)!);
  }

  /** The place of the event of this id; `undefined` when there was none. */
  placeOf(id: string): number | undefined {
    const place = Number(id.slice(this.#epoch.length + 1));
    return this.events[place]?.id === id ? place : undefined;
  }

  /** When the next state or memory of one expires, in milliseconds from now; `undefined` when none is there. */
  msToNextExpiry(): number | undefined {
    const nowMs = this.clock.now().getTime();
    const ahead = [...this.#remembered.values()].map(({ expiry }) => expiry - nowMs).filter((ms) => ms > 0);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }

  #known(runId: string): Remembered | undefined {
    const remembered = this.#remembered.get(runId);
    return remembered !== undefined && this.clock.now().getTime() < remembered.expiry
      ? remembered
      : undefined;
  }

  #remember(runId: string, version: number, run: ActiveRun | null, event: ActiveRunEvent): void {
    const expiry = this.clock.now().getTime() + this.ttlMs;
    this.#remembered.set(runId, { version, run, expiry, id: event.id });
    this.events.push(event);
  }

  #nextId(): string {
    return `${this.#epoch}-${this.events.length}`;
  }
}
