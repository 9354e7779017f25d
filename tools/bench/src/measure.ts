/** What one `run` took, as measured by the process that did it. */
export interface Cost {
  readonly nanoseconds: number;
  readonly cpuMicroseconds: number;
}

/** One of the things that a group compares. */
export interface Contender {
  readonly name: string;
  /** How many operations one `run` makes. */
  readonly operations: number;
  /** Made before each round and not measured: a fresh store, say. */
  readonly prepare?: () => void | Promise<void>;
  /** Measured here, unless it works in another process and answers with what it took there. */
  readonly run: () => void | Promise<void | Cost>;
}

/** Contenders for one question; the first is the one marked 1. */
export interface BenchmarkGroup {
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** What the product sets out to reach, as a sentence. */
  readonly reach?: string;
}

export interface Figure {
  readonly name: string;
  readonly operationsPerSecond: number;
  readonly microseconds: number;
  /** Processor time of all threads, the collector's too: what a busy machine disturbs least. */
  readonly cpuMicroseconds: number;
  /** Throughput against the first contender. */
  readonly ratio: number;
}

/**
 * Medians over the rounds. In each round every contender runs once, so that what disturbs the machine for a while
 * disturbs all of them; a round before the first warms the code up and is not counted.
 */
export async function measure(group: BenchmarkGroup, rounds: number): Promise<readonly Figure[]> {
  const times = group.contenders.map((): number[] => []);
  const cpuTimes = group.contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, contender] of group.contenders.entries()) {
      await contender.prepare?.();
      const cpuStart = process.cpuUsage();
      const start = process.hrtime.bigint();
      const told = await contender.run();
      const { nanoseconds, cpuMicroseconds } = told ?? costSince(start, cpuStart);
      if (round < 0) continue;
      times[index]!.push(nanoseconds / contender.operations);
      cpuTimes[index]!.push(cpuMicroseconds / contender.operations);
    }
  }
  const medians = times.map(median);
  const cpuMedians = cpuTimes.map(median);
  return group.contenders.map(({ name }, index) => ({
    name,
    operationsPerSecond: 1e9 / medians[index]!,
    microseconds: medians[index]! / 1e3,
    cpuMicroseconds: cpuMedians[index]!,
    ratio: medians[0]! / medians[index]!,
  }));
}

export function costSince(start: bigint, cpuStart: NodeJS.CpuUsage): Cost {
  const nanoseconds = Number(process.hrtime.bigint() - start);
  const { user, system } = process.cpuUsage(cpuStart);
  return { nanoseconds, cpuMicroseconds: user + system };
}

function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.length >>> 1;
  return ascending.length % 2 === 1 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2;
}
