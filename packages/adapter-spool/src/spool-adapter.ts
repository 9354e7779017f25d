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
import { SpooledStore, type SpooledStatus } from './spooled.js';

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

const DEFAULT_STOP_DRAIN_MS = 5_000;
/** How often dead letters that are to be tried again are looked for. */
const RETRIES_MS = 1_000;

/** A store's record ports with a spool before them, and the life of that spool. */
export class SpoolAdapter implements AdapterLifecycle {
  /** Calls before the start are `CLOSED`. */
  readonly ports: RecordPorts;
  readonly #dependencies: SpoolAdapterDependencies;
  readonly #logger: Logger;
  readonly #store: SpooledStore;
  #claimed: ClaimedSpool | undefined;
  #retries: NodeJS.Timeout | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(dependencies: SpoolAdapterDependencies) {
    const { settings, store, clock, ids, logger = silentLogger } = dependencies;
    const { patienceMs, breaker, stopDrainMs: _, ...spool } = settings;
    const claim = async (): Promise<ClaimedSpool> => {
      this.#claimed = await claimSpool({ ...spool, logger });
      return this.#claimed;
    };
    this.#dependencies = dependencies;
    this.#logger = logger;
    this.#store = new SpooledStore(store.ports, claim, { clock, ids, logger, breaker, patienceMs });
    this.ports = this.#store.ports;
  }

  /** Whether an answer given now may lack something. */
  get isDegraded(): boolean {
    return this.#store.isDegraded;
  }

  /** Whether the store is not called now. */
  get isStoreAway(): boolean {
    return this.#store.isStoreAway;
  }

  /** Dead letters are those of all slots of the folder. Codes: `CLOSED` before the start; those of the disk. */
  async status(): Promise<SpooledStatus> {
    const status = await this.#store.status();
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

  async #start(): Promise<void> {
    await this.#store.start();
    const { waitingRecords } = await this.#store.status();
    if (waitingRecords > 0)
      this.#logger.info(
        { waiting: waitingRecords },
        'found records of before in the spool, which are stored now',
      );
    this.#retries = setInterval(() => {
      this.#store.takeRetries().catch(() => undefined);
    }, RETRIES_MS).unref();
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    if (this.#claimed === undefined) return;
    clearInterval(this.#retries);
    const { stopDrainMs = DEFAULT_STOP_DRAIN_MS } = this.#dependencies.settings;
    if (!(await this.#store.drained(stopDrainMs))) {
      const { waitingRecords } = await this.#store.status();
      this.#logger.warn({ waiting: waitingRecords }, 'records wait in the spool: the next start stores them');
    }
    await this.#store.stop();
    await this.#claimed.spool.close();
  }
}
