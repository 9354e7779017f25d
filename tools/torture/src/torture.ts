import { setTimeout as delay } from 'node:timers/promises';

import { systemClock, uuidV7Ids } from '@test-coordinator/ports';

import { checkHistory } from './check-history.js';
import { checkReports } from './check-reports.js';
import { readDeadLetters } from './dead-letters.js';
import { eventually } from './eventually.js';
import type { FaultKind, PlannedCycle } from './fault-plan.js';
import { History } from './history.js';
import { LINK_FAULTS } from './link-faults.js';
import { PROCESS_FAULTS, type Inflict } from './process-faults.js';
import { readStored, removeStored } from './stored-records.js';
import { World, type Servers } from './world.js';
import { SCENARIO_ID, Writer } from './writer.js';

export const WRITERS = 16;
const CYCLES_OF_ROUND = 100;
/** For the records of a cycle. A product that accepts nothing for so long is not available. */
const CYCLE_MS = 60_000;
/** For the writers to learn what became of their last calls, and for the spool to empty. */
const HEAL_MS = 30_000;
const FAULTS: Readonly<Record<FaultKind, Inflict>> = { ...PROCESS_FAULTS, ...LINK_FAULTS };

export interface TortureOptions {
  readonly servers: Servers;
  /** For what the writers do. */
  readonly seed: number;
  /** The faults of each cycle. */
  readonly plan: readonly PlannedCycle[];
  /** A cycle ends once its faults are over, and so many records were acknowledged for each cycle of the round so far. */
  readonly recordsPerCycle: number;
  /** After so many cycles all is healed, checked and forgotten, which bounds the memory for it. @default 100 */
  readonly cyclesOfRound?: number | undefined;
  /** For the node of the coordinator. @default none */
  readonly nodeOptions?: readonly string[] | undefined;
  /** Told of each cycle and each check. */
  readonly say?: ((line: string) => void) | undefined;
}

export interface TortureReport {
  readonly seed: number;
  readonly cycles: number;
  readonly acknowledged: number;
  readonly acknowledgedMoves: number;
  /** A sentence for each. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** All else that was not as promised. */
  readonly wrong: readonly string[];
  /** Kinds of faults without evidence that one happened. */
  readonly unseen: readonly FaultKind[];
  /** What happened, in order. */
  readonly trace: readonly string[];
  /** How often each answer was given. */
  readonly answers: ReadonlyMap<string, number>;
}

/** Nothing was lost, doubled or wrong. */
export function isKept({ lost, doubled, wrong }: Pick<TortureReport, 'lost' | 'doubled' | 'wrong'>): boolean {
  return lost.length + doubled.length + wrong.length === 0;
}

/** The promise was kept, and every kind of fault happened. */
export function isPassed(report: TortureReport): boolean {
  return isKept(report) && report.unseen.length === 0;
}

/**
 * Lets writers record while faults happen to the processes, the link and the disk by a plan; then heals all, waits until
 * nothing waits, and holds what is stored to what the writers were told.
 */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { servers, seed, nodeOptions = [] } = options;
  await using world = await World.open({ servers, seed, nodeOptions });
  return await new Torture(world, options).run();
}

class Torture {
  readonly lost: string[] = [];
  readonly doubled: string[] = [];
  readonly wrong: string[] = [];
  #acknowledged = 0;
  #acknowledgedMoves = 0;
  #cycles = 0;

  constructor(
    private readonly world: World,
    private readonly options: TortureOptions,
  ) {}

  async run(): Promise<TortureReport> {
    const { seed, plan, cyclesOfRound = CYCLES_OF_ROUND } = this.options;
    await this.#createScenario();
    while (this.#cycles < plan.length && isKept(this))
      await this.#playRound(plan.slice(this.#cycles, this.#cycles + cyclesOfRound));
    const { witness, api } = this.world;
    return {
      seed,
      cycles: this.#cycles,
      acknowledged: this.#acknowledged,
      acknowledgedMoves: this.#acknowledgedMoves,
      lost: this.lost,
      doubled: this.doubled,
      wrong: this.wrong,
      unseen: witness.unseen(),
      trace: witness.trace,
      answers: api.counts,
    };
  }

  async #createScenario(): Promise<void> {
    const scenario = { scenarioId: SCENARIO_ID, name: 'Torture', scenarioType: 'combined' };
    const reply = await this.world.api.call('POST', '/api/v1/scenarios', scenario);
    if (reply.kind !== 'done') throw new Error(`the scenario was not created: ${reply.code}`);
  }

  async #playRound(plan: readonly PlannedCycle[]): Promise<void> {
    const { api, witness } = this.world;
    const history = new History();
    const stop = new AbortController();
    const giveUp = new AbortController();
    const context = {
      api,
      history,
      ids: uuidV7Ids(systemClock),
      stop: stop.signal,
      giveUp: giveUp.signal,
      padding: () => this.world.padding,
    };
    const writing = Array.from({ length: WRITERS }, (_, index) => {
      const name = `${this.#cycles.toString(36)}-${index.toString(36)}`;
      return new Writer(context, name, this.options.seed + this.#cycles + index).write();
    });
    try {
      for (const [index, cycle] of plan.entries()) await this.#playCycle(cycle, index + 1, history);
    } finally {
      stop.abort();
      const all = Promise.all(writing);
      const isDone = await Promise.race([all.then(() => true), delay(HEAL_MS, false, { ref: false })]);
      giveUp.abort();
      await all;
      if (!isDone) this.wrong.push(`writers had no certain answer ${HEAL_MS} ms after all was healed`);
    }
    witness.note('all is healed');
    await this.#checkRound(history);
  }

  /** @param cycleOfRound From 1. */
  async #playCycle(cycle: PlannedCycle, cycleOfRound: number, history: History): Promise<void> {
    const { world, options } = this;
    const enough = cycleOfRound * options.recordsPerCycle;
    const begun = performance.now();
    await Promise.all(
      cycle.map(async ({ kind, afterMs, forMs }) => {
        await delay(afterMs);
        await FAULTS[kind](world, forMs);
        world.witness.note(`${kind}: over`);
      }),
    );
    const over = performance.now();
    if (!(await eventually(() => history.acknowledged >= enough, CYCLE_MS)))
      this.wrong.push(`cycle ${this.#cycles + 1}: too few records were acknowledged in ${CYCLE_MS} ms`);
    this.#cycles += 1;
    const faults = cycle.map(({ kind, forMs }) => `${kind} ${forMs} ms`).join(', ');
    const acknowledged = this.#acknowledged + history.acknowledged;
    options.say?.(
      `cycle ${this.#cycles}/${options.plan.length} (${seconds(begun, over)} s and ${seconds(over, performance.now())} s): ` +
        `${acknowledged} acknowledged; ${faults}`,
    );
  }

  async #checkRound(history: History): Promise<void> {
    const { world } = this;
    const begun = performance.now();
    const isDrained = await eventually(() => this.#nothingWaits(), HEAL_MS);
    if (!isDrained) this.wrong.push(`records still wait in the spool ${HEAL_MS} ms after all was healed`);
    const drained = performance.now();
    const stored = await readStored(world.databaseUrl);
    const { lost, doubled, wrong } = checkHistory(history, stored);
    const deadLetters = await readDeadLetters(world.spoolFolder);
    append(this.lost, lost, deadLetters);
    append(this.doubled, doubled);
    const reports = isDrained ? await checkReports(world.api, history) : [];
    append(this.wrong, wrong, history.surprises, world.accidents.splice(0), reports);
    this.#acknowledged += history.acknowledged;
    this.#acknowledgedMoves += history.acknowledgedMoves;
    await removeStored(world.databaseUrl);
    this.options.say?.(
      `check: ${stored.length} stored of ${history.creations.length} asked for; nothing waited after ` +
        `${seconds(begun, drained)} s, checked in ${seconds(drained, performance.now())} s`,
    );
  }

  async #nothingWaits(): Promise<boolean> {
    const reply = await this.world.api.call('GET', '/readyz');
    if (reply.kind !== 'done') return false;
    const { status, spool } = reply.body as {
      readonly status: string;
      readonly spool?: { readonly waitingRecords: number };
    };
    return status === 'ok' && (spool?.waitingRecords ?? 0) === 0;
  }
}

/** One by one: a broken product loses so many records that they are too many arguments for one `push`. */
function append(all: string[], ...more: readonly (readonly string[])[]): void {
  for (const complaints of more) for (const complaint of complaints) all.push(complaint);
}

function seconds(from: number, to: number): string {
  return ((to - from) / 1e3).toFixed(1);
}
