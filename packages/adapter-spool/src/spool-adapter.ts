import {
  DataAdapterError,
  silentLogger,
  type AdapterHealth,
  type AdapterLifecycle,
  type IdGenerator,
  type Logger,
} from '@test-coordinator/ports';

import type { BreakerSettings } from './breaker.js';
import type { ReplayClock } from './replay-clock.js';
import type { SpoolSettings } from './spool-settings.js';
import { claimSpool, countDeadLetters, type ClaimedSpool } from './spool-slots.js';
import type { RecordPorts } from './record-ports.js';
import { spooled, type Spooled, type SpooledStatus } from './spooled.js';

/** Where the spools of a store are, and what they keep to. */
export interface SpoolAdapterSettings extends SpoolSettings {
  /** For the spools of all processes that share it, each in a slot of its own; on a local disk. */
  readonly folder: string;
  /** How long a write waits for the store before it goes to the spool, in milliseconds. @default 5000 */
  readonly patienceMs?: number | undefined;
  /** How long a stop waits for what waits to be stored, in milliseconds. @default 5000 */
  readonly stopDrainMs?: number | undefined;
  readonly breaker?: BreakerSettings | undefined;
}

/** The adapter whose record ports are spooled. It starts before and stops after the spool. */
export interface SpooledAdapter extends Pick<AdapterLifecycle, 'checkHealth'> {
  readonly ports: RecordPorts;
}

export interface SpoolAdapterDependencies {
  readonly settings: SpoolAdapterSettings;
  readonly store: SpooledAdapter;
  /** The one that the store was built with. */
  readonly clock: ReplayClock;
  readonly ids?: IdGenerator | undefined;
  readonly logger?: Logger | undefined;
}

interface Started {
  readonly claimed: ClaimedSpool;
  readonly store: Spooled;
  readonly retries: NodeJS.Timeout;
}

const DEFAULT_STOP_DRAIN_MS = 5_000;
/** How often dead letters that are to be tried again are looked for. */
const RETRIES_MS = 1_000;

/** A store's record ports with a spool before them, and the life of that spool. */
export class SpoolAdapter implements AdapterLifecycle {
  readonly #dependencies: SpoolAdapterDependencies;
  #starting: Promise<void> | undefined;
  #started: Started | undefined;
  #stopping: Promise<void> | undefined;

  constructor(dependencies: SpoolAdapterDependencies) {
    this.#dependencies = dependencies;
  }

  /** Codes: `CLOSED` before the start. */
  get ports(): RecordPorts {
    return this.#running().store.ports;
  }

  /** Whether an answer given now may lack something. */
  get isDegraded(): boolean {
    return this.#started?.store.isDegraded === true;
  }

  /** Whether the store is not called now. */
  get isStoreAway(): boolean {
    return this.#started?.store.isStoreAway === true;
  }

  /** Dead letters are those of all slots of the folder. Codes: `CLOSED` before the start; those of the disk. */
  async status(): Promise<SpooledStatus> {
    const status = await this.#running().store.status();
    const deadLetters = await countDeadLetters(this.#dependencies.settings.folder);
    return { ...status, deadLetters };
  }

  /** Takes a slot and learns what waits. Codes: those of `Spool.open`; `CLOSED` after a stop. */
  start(): Promise<void> {
    if (this.#stopping !== undefined)
      return Promise.reject(new DataAdapterError('CLOSED', 'the spool has been stopped; build another one'));
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Lets the store have what waits, as far as it takes it in time. What is left waits for the next start. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async checkHealth(): Promise<AdapterHealth> {
    const begun = performance.now();
    const health = (status: AdapterHealth['status'], detail: string): AdapterHealth => ({
      name: 'spool',
      status,
      latencyMs: performance.now() - begun,
      detail,
    });
    try {
      const { isAccepting, waitingRecords, breaker, isDegraded } = await this.status();
      const waiting = waitingRecords === 0 ? 'nothing waits' : `${waitingRecords} records wait`;
      if (isAccepting) return health(isDegraded ? 'degraded' : 'up', waiting);
      const isAway = breaker !== 'closed' || (await this.#dependencies.store.checkHealth()).status === 'down';
      return health(
        isAway ? 'down' : 'degraded',
        `${waiting}, and no more is taken: it is full, or its disk fails`,
      );
    } catch (error) {
      return health('down', DataAdapterError.is(error) ? error.message : 'the spool cannot be looked at');
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #running(): Started {
    if (this.#started === undefined)
      throw new DataAdapterError('CLOSED', 'the spool is not started; call start first');
    return this.#started;
  }

  async #start(): Promise<void> {
    const { settings, store: decorated, clock, ids, logger = silentLogger } = this.#dependencies;
    const { patienceMs, breaker, stopDrainMs: _, ...spool } = settings;
    const claimed = await claimSpool({ ...spool, clock, logger });
    const { left } = claimed;
    const store = spooled(decorated.ports, claimed.spool, { clock, ids, logger, breaker, left, patienceMs });
    await store.start();
    const { waitingRecords } = await store.status();
    if (waitingRecords > 0)
      logger.info({ waiting: waitingRecords }, 'found records of before in the spool, which are stored now');
    const retries = setInterval(() => {
      store.takeRetries().catch(() => undefined);
    }, RETRIES_MS).unref();
    this.#started = { claimed, store, retries };
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    if (this.#started === undefined) return;
    const { settings, logger = silentLogger } = this.#dependencies;
    const { claimed, store, retries } = this.#started;
    clearInterval(retries);
    if (!(await store.drained(settings.stopDrainMs ?? DEFAULT_STOP_DRAIN_MS))) {
      const { waitingRecords } = await store.status();
      logger.warn({ waiting: waitingRecords }, 'records wait in the spool: the next start stores them');
    }
    await store.stop();
    await claimed.spool.close();
  }
}
