import { setImmediate as immediate } from 'node:timers/promises';

import {
  ReplayClock,
  Spool,
  spooled,
  type BreakerSettings,
  type RecordPorts,
  type Spooled,
  type SpooledOptions,
} from '@test-coordinator/adapter-spool';
import { ManualClock, SequentialIds, referenceHarness, type World } from '@test-coordinator/contract-tests';
import type { NewTestResult } from '@test-coordinator/domain';
import type {
  AdapterLifecycle,
  CallOptions,
  Clock,
  IdGenerator,
  Logger,
  TestResultsRepository,
} from '@test-coordinator/ports';

import { SeededRandom } from './simulation/seeded-random.js';
import { SimulatedDisk } from './simulation/simulated-disk.js';
import { NO_FAULTS, SimulatedProcess } from './simulation/simulated-process.js';

const FOLDER = '/spool';

export const RECORD_PORT_NAMES = [
  'scenarios',
  'testRuns',
  'chaosEvents',
  'testResults',
  'unitOfWork',
  'auditLog',
] as const;

/** A spool whose files are in memory. */
function spoolInMemory(disk: SimulatedDisk): Promise<Spool> {
  return Spool.open({
    folder: FOLDER,
    reserveBytes: 0,
    fileSystem: new SimulatedProcess({
      disk,
      random: new SeededRandom(1),
      faults: NO_FAULTS,
      operations: Infinity,
    }),
    processes: {
      current: () => Promise.resolve({ pid: 1, started: '' }),
      isAlive: () => Promise.resolve(false),
    },
  });
}

export interface SpooledWorldOptions {
  readonly clock?: Clock;
  readonly ids?: IdGenerator;
  readonly breaker?: BreakerSettings;
  /** @default 0: the breaker asks again at once */
  readonly random?: () => number;
  readonly onLog?: (message: string) => void;
}

/** Never opens: the tests that cut the store off for each call want each call to reach it. */
const NEVER: BreakerSettings = { failuresInARow: 1e9, leastCalls: 1e9 };

/** A store that can be cut off, with a spool before it. */
export class SpooledWorld {
  readonly lifecycle: AdapterLifecycle;
  readonly #disk = new SimulatedDisk();
  readonly #world: World;
  readonly #options: SpooledOptions;
  #heal: Promise<() => Promise<void>> | undefined;
  #drainIsHeld = false;
  /** Passes while something sleeps, whatever the clock says. */
  #monotonicMs = 0;
  #beforeStoring: (results: readonly NewTestResult[]) => void = () => undefined;
  #spool!: Spool;
  #spooled!: Spooled;

  private constructor(
    world: World,
    /** Moves the time, unless another clock was given. */
    readonly clock: ManualClock,
    replay: ReplayClock,
    options: SpooledWorldOptions,
  ) {
    this.#world = world;
    this.#options = {
      clock: replay,
      ids: options.ids,
      breaker: options.breaker ?? NEVER,
      random: options.random ?? (() => 0),
      monotonicMs: () => this.#monotonicMs,
      logger: loggerTo(options.onLog ?? (() => undefined)),
      sleep: async (ms, signal) => {
        this.#monotonicMs += ms;
        do await immediate();
        while (this.#drainIsHeld && !signal.aborted);
      },
    };
    const stop = (): Promise<void> => this.close();
    this.lifecycle = {
      start: async () => {
        await world.lifecycle.start();
        await this.#spooled.start();
      },
      stop,
      checkHealth: () => world.lifecycle.checkHealth(),
      [Symbol.asyncDispose]: stop,
    };
  }

  /** Not started yet. */
  static async open({
    clock,
    ids = new SequentialIds(),
    ...options
  }: SpooledWorldOptions = {}): Promise<SpooledWorld> {
    const manual = new ManualClock();
    const replay = new ReplayClock(clock ?? manual);
    const world = await referenceHarness({ ports: RECORD_PORT_NAMES }).openWorld({ clock: replay, ids });
    const opened = new SpooledWorld(world, manual, replay, { ids, ...options });
    await opened.#build();
    return opened;
  }

  static async started(options: SpooledWorldOptions = {}): Promise<SpooledWorld> {
    const world = await SpooledWorld.open(options);
    await world.lifecycle.start();
    return world;
  }

  /** The ports with the spool before them. */
  get ports(): RecordPorts {
    return this.#spooled.ports;
  }

  /** The store itself. */
  get store(): RecordPorts {
    return this.#world.ports as RecordPorts;
  }

  get spool(): Spool {
    return this.#spool;
  }

  get spooled(): Spooled {
    return this.#spooled;
  }

  /** A new process over the same files and the same store. */
  async restart(): Promise<void> {
    await this.#spooled.stop();
    await this.#spool.close();
    await this.#build();
    await this.#spooled.start();
  }

  /** From now on, before any call that is made after this one. */
  cutStore(): void {
    this.#heal ??= this.#world.interrupt!('reset');
  }

  async healStore(): Promise<void> {
    const heal = await this.#heal;
    this.#heal = undefined;
    await heal?.();
  }

  /** Between two batches that could not be stored, the drainer stays where it is. */
  holdDrain(): void {
    this.#drainIsHeld = true;
  }

  releaseDrain(): void {
    this.#drainIsHeld = false;
  }

  /** Asked before each batch of results that is stored; what it throws is the store's answer. */
  beforeStoring(ask: (results: readonly NewTestResult[]) => void): void {
    this.#beforeStoring = ask;
  }

  /** Heals the store and waits until nothing waits for it. */
  async drain(): Promise<void> {
    await this.healStore();
    await this.until(() => this.#spool.status.waitingRecords === 0);
  }

  async until(isSo: () => boolean): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!isSo()) {
      if (Date.now() > deadline) throw new Error(`${this.#spool.status.waitingRecords} records still wait`);
      await immediate();
    }
  }

  async close(): Promise<void> {
    await this.#spooled.stop();
    await this.#world.close();
    await this.#spool.close();
  }

  #watchedStore(): RecordPorts {
    const { testResults, ...others } = this.store;
    const watched = Object.assign(Object.create(testResults) as TestResultsRepository, {
      bulkCreate: async (results: readonly NewTestResult[], options?: CallOptions) => {
        this.#beforeStoring(results);
        return testResults.bulkCreate(results, options);
      },
    });
    return { ...others, testResults: watched };
  }

  async #build(): Promise<void> {
    this.#spool = await spoolInMemory(this.#disk);
    this.#spooled = spooled(this.#watchedStore(), this.#spool, this.#options);
  }
}

function loggerTo(write: (message: string) => void): Logger {
  const say = (_: unknown, message: string): void => write(message);
  return { debug: say, info: say, warn: say, error: say, isDebugEnabled: () => false };
}
