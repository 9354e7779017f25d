import type { Logger, Repositories } from '@test-coordinator/ports';

import { isTransient, type Breaker } from './breaker.js';
import { COMMAND_TYPE, decodeCommand, encodeCommand } from './command-codec.js';
import type { DegradedCalls } from './degraded-calls.js';
import { codeOf } from './file-system.js';
import type { ReplayClock } from './replay-clock.js';
import type { SpooledRecord } from './segment-format.js';
import type { Spool } from './spool.js';
import { storeCommands, type RefusedCommand, type WaitingCommand } from './store-commands.js';

/** Waits so many milliseconds, or until the signal is aborted; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface DrainerContext {
  readonly store: Repositories;
  readonly spool: Spool;
  readonly calls: DegradedCalls;
  readonly breaker: Breaker;
  readonly clock: ReplayClock;
  readonly logger: Logger;
  readonly sleep: Sleep;
}

const BATCH = { records: 1_000, bytes: 1_048_576 };
/** Between two tries. After a fault of the store, each pause is twice as long as the one before. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** While the breaker is open. */
const LOOK_MS = 250;

/** Brings what waits to the store, oldest first, for as long as it runs. */
export class Drainer {
  readonly #context: DrainerContext;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #isFailing = false;
  #faults = 0;

  constructor(context: DrainerContext) {
    this.#context = context;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something waits that may not have waited before. */
  wake(): void {
    this.#wake();
  }

  /** Resolves once the batch under way is over; what is left waits for the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { spool, breaker, sleep } = this.#context;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (spool.status.waitingRecords === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          // Something may have come since the look above.
          if (spool.status.waitingRecords > 0 || signal.aborted) resolve();
        });
        continue;
      }
      if (breaker.letsThrough && (await this.#drainBatch())) continue;
      await sleep(this.#pauseMs(), signal);
    }
  }

  #pauseMs(): number {
    if (this.#faults > 0) return Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#faults);
    // Looks again soon: a caller's write may find the store before this does.
    return Math.min(LOOK_MS, Math.max(SHORTEST_PAUSE_MS, this.#context.breaker.waitMs));
  }

  /** Answers whether a batch was stored. */
  async #drainBatch(): Promise<boolean> {
    const { spool, store, clock, calls, breaker, logger } = this.#context;
    try {
      const { records, through } = await spool.read(spool.acknowledged, BATCH);
      const commands = await this.#decoded(records);
      await breaker.call(() => storeCommands(store, clock, commands, (refused) => this.#bury(refused)));
      await spool.acknowledge(through);
      for (const { accepted } of commands) calls.settle(accepted);
      if (this.#isFailing)
        logger.info({ stored: records.length }, 'the store takes what waited in the spool');
      this.#isFailing = false;
      this.#faults = 0;
      return true;
    } catch (error) {
      // Once, and not for each try of an outage.
      if (!this.#isFailing)
        logger.warn(
          { code: codeOf(error), waiting: spool.status.waitingRecords },
          'the spool waits for the store',
        );
      this.#isFailing = true;
      this.#faults = isTransient(error) ? 0 : this.#faults + 1;
      return false;
    }
  }

  async #decoded(records: readonly SpooledRecord[]): Promise<readonly WaitingCommand[]> {
    const commands: WaitingCommand[] = [];
    for (const { sequence, type, payload } of records) {
      try {
        if (type !== COMMAND_TYPE) throw new TypeError('of another type');
        commands.push({ sequence, accepted: decodeCommand(payload) });
      } catch {
        const reason = { code: 'UNSUPPORTED', message: 'the record was written by another version' } as const;
        await this.#context.spool.deadLetters.put({ sequence, index: 0 }, { type, payload, reason });
      }
    }
    return commands;
  }

  /** Keeps a refused command for a person, before it counts as dealt with. */
  async #bury({ sequence, index, accepted, error }: RefusedCommand): Promise<void> {
    const { spool, calls, logger } = this.#context;
    const { code, message } = error;
    await spool.deadLetters.put(
      { sequence, index },
      { type: COMMAND_TYPE, payload: encodeCommand(accepted), reason: { code, message } },
    );
    calls.forget(accepted);
    logger.error(
      { sequence, code, method: accepted.command.method },
      'the store refused a record that was accepted: it is kept among the dead letters',
    );
  }
}
