import { DataAdapterError, type ErrorCode, type Logger } from '@test-coordinator/ports';

import { isTransient, type Breaker } from './breaker.js';
import { COMMAND_TYPE, decodeCommand, encodeCommand } from './command-codec.js';
import type { DegradedCalls } from './degraded-calls.js';
import type { OutageLog } from './outage-log.js';
import type { ReplayClock } from './replay-clock.js';
import type { SpooledRecord } from './segment-format.js';
import type { Spool } from './spool.js';
import type { SpoolChain } from './spool-chain.js';
import type { RecordPorts } from './record-ports.js';
import type { WaitingCommand } from './commands.js';
import { storeCommands, type RefusedCommand } from './store-commands.js';
import { within } from './within.js';

/** Waits so many milliseconds, or until the signal is aborted; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface DrainerContext {
  readonly store: RecordPorts;
  readonly spools: SpoolChain;
  readonly calls: DegradedCalls;
  readonly breaker: Breaker;
  readonly clock: ReplayClock;
  readonly logger: Logger;
  readonly outage: OutageLog;
  readonly sleep: Sleep;
  /** How long a probe of the store may take. */
  readonly patienceMs: number;
}

const BATCH = { records: 1_000, bytes: 1_048_576 };
/** Between two tries. After a fault of the store, each pause is twice as long as the one before. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** Between two looks at the breaker, at least: its wait is counted by another clock than the one that sleeps. */
const LEAST_LOOK_MS = 10;
/** Any id: what counts is that the store answers. */
const PROBED_ID = 'probe';

/**
 * Brings what waits to the store, oldest first, for as long as it runs; and finds out whether a store that was away is
 * back, so that no caller has to wait for that.
 */
export class Drainer {
  readonly #context: DrainerContext;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #faults = 0;

  constructor(context: DrainerContext) {
    this.#context = context;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something waits that may not have waited before, or the store went away. */
  wake(): void {
    this.#wake();
  }

  /** Resolves once the statement under way is over, or after so long; what is left waits for the next start. */
  async stop(withinMs: number): Promise<void> {
    this.#stop.abort();
    this.wake();
    const running = this.#running ?? Promise.resolve();
    await within(withinMs, () => running).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { spools, breaker, sleep, outage } = this.#context;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (breaker.state !== 'closed') {
        if (!(await this.#probe())) await sleep(Math.max(LEAST_LOOK_MS, breaker.waitMs), signal);
      } else if (spools.waitingRecords === 0) {
        outage.back(0);
        await this.#idle();
      } else if (!(await this.#drainBatch())) {
        await sleep(this.#pauseMs(), signal);
      }
    }
  }

  /** Until there is something to do. */
  async #idle(): Promise<void> {
    const { spools, breaker } = this.#context;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // Something may have come since the look above.
      if (spools.waitingRecords > 0 || breaker.state !== 'closed' || this.#stop.signal.aborted) resolve();
    });
  }

  /** Answers whether the store does. By a read, which takes the same time whatever waits. */
  async #probe(): Promise<boolean> {
    const { breaker, store, patienceMs } = this.#context;
    if (!breaker.letsThrough) return false;
    try {
      await breaker.call(() => within(patienceMs, () => store.scenarios.getById(PROBED_ID)));
    } catch {
      // The breaker knows: an error that says nothing of an outage has closed it.
    }
    return breaker.state === 'closed';
  }

  #pauseMs(): number {
    return Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#faults);
  }

  /** Answers whether a batch was stored. */
  async #drainBatch(): Promise<boolean> {
    const { spools, store, clock, calls, breaker, outage } = this.#context;
    const { signal } = this.#stop;
    try {
      const spool = await spools.oldest();
      const { records, through } = await spool.read(spool.acknowledged, BATCH);
      const commands = await this.#decoded(spool, records);
      const onRefused = (refused: RefusedCommand): Promise<void> => this.#bury(spool, refused);
      await breaker.call(() => storeCommands({ store, clock, onRefused, signal }, commands));
      await spool.acknowledge(through);
      for (const { accepted } of commands) calls.settle(accepted);
      outage.back(spools.waitingRecords);
      this.#faults = 0;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      outage.away(codeOf(error), spools.waitingRecords);
      this.#faults = isTransient(error) ? 0 : this.#faults + 1;
      return false;
    }
  }

  async #decoded(spool: Spool, records: readonly SpooledRecord[]): Promise<readonly WaitingCommand[]> {
    const commands: WaitingCommand[] = [];
    for (const { sequence, type, payload } of records) {
      try {
        if (type !== COMMAND_TYPE) throw new TypeError('of another type');
        commands.push({ sequence, accepted: decodeCommand(payload) });
      } catch {
        const reason = { code: 'UNSUPPORTED', message: 'the record was written by another version' } as const;
        await spool.deadLetters.put({ sequence, index: 0 }, { type, payload, reason });
      }
    }
    return commands;
  }

  /** Keeps a refused command for a person, before it counts as dealt with. */
  async #bury(spool: Spool, { sequence, index, accepted, error }: RefusedCommand): Promise<void> {
    const { calls, logger } = this.#context;
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

function codeOf(error: unknown): ErrorCode | 'UNKNOWN' {
  return DataAdapterError.is(error) ? error.code : 'UNKNOWN';
}
