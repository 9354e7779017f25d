import { setTimeout as timeout } from 'node:timers/promises';

import {
  DataAdapterError,
  silentLogger,
  systemClock,
  uuidV7Ids,
  type IdGenerator,
  type Logger,
  type UnitOfWork,
} from '@test-coordinator/ports';

import { Breaker, isTransient, type BreakerSettings, type BreakerState } from './breaker.js';
import { COMMAND_TYPE, decodeCommand } from './command-codec.js';
import type { DeadLetters } from './dead-letters.js';
import { DegradedCalls } from './degraded-calls.js';
import { runDegradedUnit } from './degraded-unit.js';
import { Drainer, type Sleep } from './drainer.js';
import { machineMonotonicMs } from './machine-monotonic.js';
import { OutageLog } from './outage-log.js';
import type { RecordPorts } from './record-ports.js';
import { ReplayClock } from './replay-clock.js';
import { SpoolChain } from './spool-chain.js';
import { SpooledAuditLog } from './spooled-audit-log.js';
import { spooledRepositories } from './spooled-repositories.js';
import type { ClaimedSpool } from './spool-slots.js';
import type { Spool, SpoolStatus } from './spool.js';

/** What is left out: a clock that the store does not share, UUIDv7 ids by it, no log, the machine's randomness and timers. */
export interface SpooledOptions {
  /** The clock that the store was built with as well: it stores what waited with the time of its acceptance. */
  readonly clock?: ReplayClock | undefined;
  /** Counts the milliseconds of waits, and does not jump when the wall clock is set. */
  readonly monotonicMs?: (() => number) | undefined;
  readonly ids?: IdGenerator | undefined;
  readonly logger?: Logger | undefined;
  readonly breaker?: BreakerSettings | undefined;
  /** How long a write waits for the store before it goes to the spool, in milliseconds. @default 5000 */
  readonly patienceMs?: number | undefined;
  readonly random?: (() => number) | undefined;
  readonly sleep?: Sleep | undefined;
}

/** Waiting records and bytes are those of all spools. */
export interface SpooledStatus extends SpoolStatus {
  /** The store is not called now, or something waits for it. */
  readonly isDegraded: boolean;
  readonly breaker: BreakerState;
  /** When the oldest waiting record was accepted, at the latest; `null` when none waits. */
  readonly oldestAcceptedAt: Date | null;
  /** Of this process's folder. */
  readonly deadLetters: number;
}

/** A store's record ports with a spool before them. */
export interface Spooled {
  readonly ports: RecordPorts;
  /** Learns what waits from an earlier process, and begins to drain. Calls before it are `CLOSED`. */
  start(): Promise<void>;
  /** Resolves once nothing waits, the store is away, or `withinMs` have passed; answers whether nothing waits. */
  drained(withinMs: number): Promise<boolean>;
  /** Refuses new calls, and ends the drain after the statement under way, for which it waits 2 s. Neither closes the spool nor the store. Idempotent. */
  stop(): Promise<void>;
  status(): Promise<SpooledStatus>;
  /** Whether an answer given now may lack something. */
  readonly isDegraded: boolean;
  /** Whether the store is not called now. */
  readonly isStoreAway: boolean;
  /**
   * Lets a dead letter wait for the store once more, behind all that waits now.
   * Codes: `NOT_FOUND`; `UNSUPPORTED` for one that another version wrote; those of `Spool.append`.
   */
  retry(deadLetter: string): Promise<void>;
  /** Does so with the dead letters that somebody has put among `Spool.retries`. What cannot be is a dead letter again. */
  takeRetries(): Promise<void>;
}

const RESTORE = { records: 1_000, bytes: 1_048_576 };
const LOOK_MS = 20;
const DEFAULT_PATIENCE_MS = 5_000;
/** A store that hangs must not hold a stop up. */
const STOP_MS = 2_000;
/** Any id: what counts is whether the store answers. */
const ASKED_ID = 'any';

/**
 * Decorates the record ports of any adapter: while its store is away, records are accepted by the spool, as `CONDUCT` tells
 * method by method, and stored by themselves once it is back.
 */
export function spooled(store: RecordPorts, spool: Spool, options: SpooledOptions = {}): Spooled {
  return new SpooledStore(store, () => Promise.resolve({ spool, left: [] }), options);
}

/** Whose spool is there once it starts. */
export class SpooledStore implements Spooled {
  readonly ports: RecordPorts;
  readonly #spools: SpoolChain;
  readonly #calls: DegradedCalls;
  readonly #breaker: Breaker;
  readonly #drainer: Drainer;
  readonly #sleep: Sleep;
  readonly #monotonicMs: () => number;
  #starting: Promise<void> | undefined;
  #retrying: Promise<void> | undefined;

  constructor(
    store: RecordPorts,
    private readonly claim: () => Promise<ClaimedSpool>,
    options: SpooledOptions,
  ) {
    const { clock = new ReplayClock(systemClock), logger = silentLogger, sleep = sleepFor } = options;
    const { ids = uuidV7Ids(clock), random = Math.random } = options;
    const { patienceMs = DEFAULT_PATIENCE_MS, monotonicMs = machineMonotonicMs } = options;
    const spools = new SpoolChain();
    const spool = {
      append: (type: number, payload: Uint8Array) => spools.own.append(type, payload),
      get maxPayloadBytes() {
        return spools.own.maxPayloadBytes;
      },
    };
    const outage = new OutageLog(logger);
    const onOpen = (): void => {
      outage.away('UNAVAILABLE', spools.waitingRecords);
      this.#drainer.wake();
    };
    const breaker = new Breaker({ monotonicMs, random, onOpen, settings: options.breaker });
    const onAppended = (): void => this.#drainer.wake();
    const calls = new DegradedCalls({ spool, breaker, clock, ids, patienceMs, onAppended });
    this.#spools = spools;
    this.#sleep = sleep;
    this.#monotonicMs = monotonicMs;
    this.#breaker = breaker;
    this.#calls = calls;
    this.#drainer = new Drainer({
      store,
      spools,
      calls,
      breaker,
      clock,
      logger,
      outage,
      sleep,
      patienceMs,
    });
    this.ports = Object.freeze({
      ...spooledRepositories(store, calls),
      unitOfWork: unitOver(store, calls),
      auditLog: new SpooledAuditLog(store.auditLog, calls),
    });
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async drained(withinMs: number): Promise<boolean> {
    const end = this.#monotonicMs() + withinMs;
    const never = new AbortController().signal;
    while (this.#spools.waitingRecords > 0) {
      if (this.#breaker.state !== 'closed' || this.#monotonicMs() >= end) return false;
      await this.#sleep(LOOK_MS, never);
    }
    return true;
  }

  async stop(): Promise<void> {
    this.#calls.close();
    await this.#drainer.stop(STOP_MS);
    await this.#spools.closeLeft();
  }

  get isDegraded(): boolean {
    return this.isStoreAway || this.#calls.hasWaiting;
  }

  get isStoreAway(): boolean {
    return this.#breaker.state !== 'closed';
  }

  async status(): Promise<SpooledStatus> {
    const { own, waitingRecords, bytes } = this.#spools;
    return {
      ...own.status,
      waitingRecords,
      bytes,
      isDegraded: this.isDegraded,
      breaker: this.#breaker.state,
      oldestAcceptedAt: this.#calls.oldest ?? null,
      deadLetters: (await own.deadLetters.list()).length,
    };
  }

  retry(deadLetter: string): Promise<void> {
    return this.#retry(this.#spools.own.deadLetters, deadLetter);
  }

  takeRetries(): Promise<void> {
    this.#retrying ??= this.#takeRetries(this.#spools.own).finally(() => (this.#retrying = undefined));
    return this.#retrying;
  }

  async #takeRetries({ retries, deadLetters }: Spool): Promise<void> {
    for (const name of await retries.list()) {
      try {
        await this.#retry(retries, name);
      } catch (error) {
        if (DataAdapterError.is(error) && error.code === 'UNSUPPORTED')
          await retries.moveTo(name, deadLetters);
        else throw error;
      }
    }
  }

  async #retry(letters: DeadLetters, name: string): Promise<void> {
    const { payload, type } = await letters.read(name);
    if (type !== COMMAND_TYPE) {
      const message = `dead letter ${name} was written by another version; export it and discard it`;
      throw new DataAdapterError('UNSUPPORTED', message);
    }
    await this.#calls.accept(decodeCommand(payload), payload);
    await letters.discard(name);
  }

  async #start(): Promise<void> {
    const { spool: own, left } = await this.claim();
    this.#spools.open(own, left);
    for (const spool of this.#spools.all) await this.#restore(spool);
    this.#calls.open();
    // What cannot be taken now stays where it is.
    for (const spool of this.#spools.all) await this.#takeRetries(spool).catch(() => undefined);
    this.#drainer.start();
  }

  async #restore(spool: Spool): Promise<void> {
    for (let after = spool.acknowledged; after < spool.last;) {
      const { records, through } = await spool.read(after, RESTORE);
      for (const { payload } of records) {
        try {
          this.#calls.restore(decodeCommand(payload));
        } catch {
          // The drainer puts it among the dead letters.
        }
      }
      after = through;
    }
  }
}

/**
 * Units go to the store while nothing waits: within one, what waits could be overtaken unseen. While the store is away, they
 * wait as one.
 */
function unitOver({ unitOfWork, scenarios }: RecordPorts, calls: DegradedCalls): UnitOfWork {
  return {
    run: async (work, options) => {
      if (!calls.isStoreThere) return runDegradedUnit(calls, work, options);
      try {
        if (!calls.hasWaiting) return await calls.direct(undefined, () => unitOfWork.run(work, options));
        await calls.direct(undefined, () => scenarios.getById(ASKED_ID));
      } catch (error) {
        // Of an unknown outcome, the whole may be stored: done again with ids of its own, it would be stored twice.
        if (!isTransient(error) || isUnknownOutcome(error)) throw error;
        return runDegradedUnit(calls, work, options);
      }
      throw overtaking();
    },
  };
}

function overtaking(): DataAdapterError {
  const message = 'records wait to be stored, which a unit of work could overtake; try again in a moment';
  return new DataAdapterError('UNAVAILABLE', message);
}

function isUnknownOutcome(error: unknown): boolean {
  return DataAdapterError.is(error) && error.code === 'UNKNOWN_OUTCOME';
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await timeout(ms, undefined, { signal }).catch(() => undefined);
}
