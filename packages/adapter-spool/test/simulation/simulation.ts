import type { Spool, SpoolOptions } from '@test-coordinator/adapter-spool';

import { History } from './history.js';
import { moments } from './moments.js';
import { SeededRandom } from './seeded-random.js';
import { SimulatedDisk } from './simulated-disk.js';
import {
  NO_FAULTS,
  SimulatedProcess,
  noFaultsYet,
  type FaultCounts,
  type FaultKind,
  type Faults,
} from './simulated-process.js';

/** How a spool is opened: the package's own, or one that was sabotaged. */
export type OpenSpool = (options: SpoolOptions) => Promise<Spool>;

export interface SimulationReport {
  readonly acknowledged: number;
  readonly handedOut: number;
  readonly faults: Readonly<FaultCounts>;
}

const FOLDER = '/spool';
const MOST_LIVES = 5;

/**
 * One story of a spool: some lives of a process, each with callers that append, a drainer, and faults, and each ended by a
 * power cut, a kill or a close; then a last life in which all is read. The same seed tells the same story.
 * Rejects, naming the seed, with the first promise that was broken.
 */
export async function simulate(seed: number, open: OpenSpool): Promise<SimulationReport> {
  const story = new Story(seed, open);
  try {
    await story.tell();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return story.report;
}

class Story {
  readonly #random: SeededRandom;
  readonly #disk = new SimulatedDisk();
  readonly #history = new History();
  readonly #faults = noFaultsYet();
  readonly #settings: Pick<SpoolOptions, 'segmentBytes' | 'maxBytes' | 'reserveBytes' | 'retryAfterMs'>;
  #time = 0;

  constructor(
    seed: number,
    private readonly open: OpenSpool,
  ) {
    this.#random = new SeededRandom(seed);
    const segmentBytes = this.#random.between(1_024, 6_000);
    this.#settings = { segmentBytes, maxBytes: 12 * segmentBytes, reserveBytes: 512, retryAfterMs: 50 };
  }

  get report(): SimulationReport {
    const { acknowledged, handedOut } = this.#history;
    return { acknowledged, handedOut, faults: this.#faults };
  }

  async tell(): Promise<void> {
    const lives = this.#random.between(1, MOST_LIVES);
    for (let life = 0; life < lives; life += 1) await this.#live(life);
    await this.#readAll();
    this.#history.checkComplete();
  }

  async #live(life: number): Promise<void> {
    const random = this.#random;
    const process = this.#start(this.#someFaults(), random.between(20, 400));
    const spool = await this.#opened(process);
    if (spool === undefined) return;
    const callers = Array.from({ length: random.between(1, 5) }, (_, index) =>
      this.#append(spool, process, `${life}.${index}`),
    );
    const work = [...callers, ...(random.chance(0.7) ? [this.#drain(spool, process)] : [])];
    const broken = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    if (process.isGone) return;
    if (random.chance(0.2)) await this.#drainAll(spool);
    const end = random.between(0, 2);
    if (end === 0) await spool.close().catch(() => undefined);
    else if (end === 1) process.kill();
    if (end === 2 || random.chance(0.3)) process.cutPower();
  }

  /** Without faults all that is left comes out, and a second look finds nothing more. */
  async #readAll(): Promise<void> {
    const process = this.#start(NO_FAULTS, Infinity);
    const spool = (await this.#opened(process))!;
    await this.#drainAll(spool);
    if (spool.status.waitingRecords > 0) throw new Error('records wait that are not handed out');
    await spool.append(1, Buffer.alloc(1)).catch((error: unknown) => {
      throw new Error('a sound disk takes no records', { cause: error });
    });
    await spool.close();
  }

  #start(faults: Faults, operations: number): SimulatedProcess {
    const onFault = (kind: FaultKind): void => {
      this.#faults[kind] += 1;
    };
    return new SimulatedProcess({ disk: this.#disk, random: this.#random, faults, operations, onFault });
  }

  /** A start may be ended from outside, or meet a disk that refuses the very file that says who owns the folder. Else it never fails. */
  async #opened(process: SimulatedProcess): Promise<Spool | undefined> {
    const { failedWrite } = this.#faults;
    try {
      return await this.open({
        ...this.#settings,
        folder: FOLDER,
        fileSystem: process,
        processes: {
          current: () => Promise.resolve({ pid: 1, started: 'then' }),
          isAlive: () => Promise.resolve(false),
        },
        monotonicMs: () => (this.#time += 10),
      });
    } catch (error) {
      if (process.isGone) return undefined;
      if (this.#faults.failedWrite > failedWrite) return this.#opened(process);
      throw new Error('a start failed', { cause: error });
    }
  }

  async #append(spool: Spool, process: SimulatedProcess, caller: string): Promise<void> {
    const random = this.#random;
    for (let left = random.between(1, 12); left > 0 && !process.isGone; left -= 1) {
      const type = random.between(1, 255);
      const { number, payload } = this.#history.send(caller, type, random.between(0, 700));
      const told = spool.append(type, payload, { isUrgent: random.chance(0.1) });
      const sequence = await told.catch((error: unknown) => {
        this.#history.fail(number, error);
        return undefined;
      });
      if (sequence !== undefined) this.#history.acknowledge(number, sequence);
      await moments(random.between(0, 20));
    }
  }

  async #drain(spool: Spool, process: SimulatedProcess): Promise<void> {
    for (let looks = this.#random.between(1, 8); looks > 0 && !process.isGone; looks -= 1) {
      await moments(this.#random.between(0, 60));
      await this.#drainSome(spool);
    }
  }

  async #drainAll(spool: Spool): Promise<void> {
    for (let waiting = true; waiting;) waiting = await this.#drainSome(spool);
  }

  /** Answers whether there was something. */
  async #drainSome(spool: Spool): Promise<boolean> {
    const limits = { records: this.#random.between(1, 10), bytes: this.#random.between(1, 4_000) };
    const before = spool.acknowledged;
    const backlog = await spool.read(before, limits).catch(() => undefined);
    if (backlog === undefined) return false;
    let last = before;
    for (const record of backlog.records) {
      if (record.sequence <= last)
        throw new Error(`sequence ${record.sequence} was handed out after ${last}`);
      last = record.sequence;
      this.#history.handOut(record);
    }
    const isWritten = await spool.acknowledge(backlog.through).then(
      () => true,
      () => false,
    );
    if (isWritten) this.#history.settle(backlog.through);
    return isWritten && backlog.through > before;
  }

  #someFaults(): Faults {
    const random = this.#random;
    if (random.chance(0.4)) return NO_FAULTS;
    const probability = (most: number): number => (random.chance(0.5) ? random.next() * most : 0);
    return {
      shortWrite: probability(0.5),
      failingWrite: probability(0.05),
      // A disk that fails at all may well fail twice in a row.
      failingSync: probability(random.chance(0.3) ? 0.8 : 0.15),
      failingFolderSync: probability(0.1),
      capacity: random.chance(0.4) ? this.#disk.bytes + random.between(200, 12_000) : Infinity,
    };
  }
}
