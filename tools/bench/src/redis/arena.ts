import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { RedisServer } from '@test-coordinator/services';
import { Redis } from 'ioredis';

import type { Contender, Cost } from '../measure.js';
import type { Scale } from '../records.js';
import { RemoteContender } from '../remote-contender.js';
import type { Task, TaskReport } from './task.js';

const PROGRAM = new URL('contender-process.js', import.meta.url);
/** Calls after which V8 has optimised what a client does: before, one takes up to three times as long. */
const WARM_UP_CALLS = 10_000;
const run = promisify(execFile);

/** A throw-away Redis, and the contenders that work on it, each in its own process. */
export class RedisArena {
  readonly #samples = new Map<string, string>();

  private constructor(
    private readonly server: RedisServer,
    private readonly contenders: readonly RemoteContender<Task, TaskReport>[],
    /** What the server is, for titles. */
    readonly title: string,
  ) {}

  /** Opens an arena for the time that `use` takes. */
  static async *with<Item>(
    names: readonly string[],
    use: (arena: RedisArena) => AsyncIterable<Item>,
  ): AsyncIterable<Item> {
    await using server = await RedisServer.start();
    const redis = new Redis(server.url);
    const [, version] = /redis_version:(\S+)/.exec(await redis.info('server')) ?? [];
    redis.disconnect();
    const contenders: RemoteContender<Task, TaskReport>[] = [];
    try {
      for (const name of names) contenders.push(await RemoteContender.start(PROGRAM, name, server.url));
      yield* use(new RedisArena(server, contenders, `Redis ${version}`));
    } finally {
      for (const contender of contenders) contender.stop();
    }
  }

  /** Lets every contender do this, unmeasured. */
  async prepare(task: Task): Promise<void> {
    for (const contender of this.contenders) await contender.perform(task);
  }

  /** Lets every contender do this, unmeasured, until it is as fast as in a process that has run for a second. */
  async warmUp(task: Task, operations: number, { divisor }: Scale): Promise<void> {
    for (let calls = 0; calls < WARM_UP_CALLS / divisor; calls += operations) await this.prepare(task);
  }

  /** The contenders of a group. @param before What each does before each of its rounds, unmeasured. */
  contend(operations: number, task: Task, before?: Task): readonly Contender[] {
    return this.contenders.map((contender) => ({
      name: contender.name,
      operations,
      ...(before !== undefined && {
        prepare: async () => {
          await contender.perform(before);
        },
      }),
      run: async () => {
        const report = await contender.perform(task);
        this.#samples.set(contender.name, report.sample);
        return report;
      },
    }));
  }

  /** The same contenders, of each of which the longest wait of another client is told, who asks again and again. */
  waitsOfOthers(task: Task, before: Task): readonly Contender[] {
    return this.contenders.map((contender) => ({
      name: `${contender.name}: longest wait of another`,
      operations: 1,
      prepare: async () => {
        await contender.perform(before);
      },
      run: () => this.#longestWait(async () => void (await contender.perform(task))),
    }));
  }

  /** What redis-benchmark does with the command: no client in JavaScript can do more. */
  redisBenchmark(operations: number, callers: number, command: readonly string[]): Contender {
    return {
      name: 'redis-benchmark',
      operations,
      run: async () => {
        const { port } = new URL(this.server.url);
        const load = ['-p', port, '-n', String(operations), '-c', String(callers), '-r', '1000', '--csv'];
        const program = ['redis-benchmark', ...load, ...command];
        // `times` tells the processor time of what the shell has run.
        const { stdout } = await run('sh', ['-c', '"$@" && times', 'sh', ...program]);
        return readBenchmark(stdout, operations);
      },
    };
  }

  /** @throws Error when the contenders do not agree on what they have read, or stored. */
  checkSamples(): void {
    const [first, ...others] = this.#samples;
    const other = others.find(([, sample]) => sample !== first?.[1]);
    if (other !== undefined)
      throw new Error(`${other[0]} came to ${other[1]}, and ${first![0]} to ${first![1]}`);
    if (first === undefined || first[1] === 'null') throw new Error('there is nothing to compare');
    this.#samples.clear();
  }

  async #longestWait(work: () => Promise<void>): Promise<Cost> {
    const redis = new Redis(this.server.url);
    try {
      await redis.ping();
      let isOver = false;
      let longest = 0n;
      const asking = (async () => {
        while (!isOver) {
          const start = process.hrtime.bigint();
          await redis.ping();
          const wait = process.hrtime.bigint() - start;
          if (wait > longest) longest = wait;
        }
      })();
      await work();
      isOver = true;
      await asking;
      return { nanoseconds: Number(longest), cpuMicroseconds: 0 };
    } finally {
      redis.disconnect();
    }
  }
}

/** The second line of the CSV has the operations a second; the last of `times` the processor time of the child. */
function readBenchmark(output: string, operations: number): Cost {
  const perSecond = Number(/^"[^"]*","([\d.]+)"/m.exec(output.slice(output.indexOf('\n') + 1))?.[1]);
  const [user = 0, system = 0] = [
    ...(output.trimEnd().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g),
  ].map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
  return { nanoseconds: (operations / perSecond) * 1e9, cpuMicroseconds: (user + system) * 1e6 };
}
