import { ReplayClock, Spool, spooled, type RecordPorts, type Spooled } from '@test-coordinator/adapter-spool';
import { ManualClock, SequentialIds, referenceHarness, type World } from '@test-coordinator/contract-tests';
import type { Clock, IdGenerator } from '@test-coordinator/ports';

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
] as const;

/** A spool whose files are in memory. */
export function spoolInMemory(disk: SimulatedDisk): Promise<Spool> {
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

/** A store that can be cut off, with a spool before it. */
export class SpooledWorld {
  readonly #disk = new SimulatedDisk();
  readonly clock = new ManualClock();
  #heal: (() => Promise<void>) | undefined;
  #world!: World;
  #spool!: Spool;
  #spooled!: Spooled;
  readonly #replayClock: ReplayClock;
  readonly #ids: IdGenerator = new SequentialIds();

  private constructor(clock?: Clock) {
    this.#replayClock = new ReplayClock(clock ?? this.clock);
  }

  static async open(): Promise<SpooledWorld> {
    const opened = new SpooledWorld();
    opened.#world = await referenceHarness().openWorld({
      clock: opened.#replayClock,
      ids: new SequentialIds(),
    });
    await opened.#world.lifecycle.start();
    await opened.restart();
    return opened;
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

  /** Begins with a new process over the same files and the same store. */
  async restart(): Promise<void> {
    if (this.#spooled !== undefined) await this.close();
    this.#spool = await spoolInMemory(this.#disk);
    this.#spooled = spooled(this.store, this.#spool, {
      clock: this.#replayClock,
      ids: this.#ids,
      random: () => 0,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 1))),
    });
    await this.#spooled.start();
  }

  async cutStore(): Promise<void> {
    this.#heal ??= await this.#world.interrupt!('reset');
  }

  async healStore(): Promise<void> {
    await this.#heal?.();
    this.#heal = undefined;
  }

  /** Heals the store and waits until it has everything that waited. */
  async drain(): Promise<void> {
    await this.healStore();
    const end = Date.now() + 10_000;
    while (this.#spool.status.waitingRecords > 0) {
      if (Date.now() > end) throw new Error(`${this.#spool.status.waitingRecords} records still wait`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async close(): Promise<void> {
    await this.#spooled.stop();
    await this.#spool.close();
  }
}
