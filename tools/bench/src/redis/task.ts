import { costSince, type Cost } from '../measure.js';
import { LISTED, cached, cachedKey, instanceId, lockName, type ValueKind } from './data.js';
import type { RedisContender } from './contender.js';

/** What a contender's process is told to do once, and to measure. */
export type Task =
  | { readonly kind: 'fill'; readonly value: ValueKind; readonly start: string; readonly count: number }
  | { readonly kind: 'register'; readonly count: number }
  | {
      readonly kind: 'get' | 'set';
      readonly value: ValueKind;
      readonly callers: number;
      readonly picks: readonly number[];
    }
  | { readonly kind: 'increment' | 'heartbeat'; readonly callers: number; readonly picks: readonly number[] }
  | { readonly kind: 'getMany' | 'setMany'; readonly size: number; readonly calls: number }
  | { readonly kind: 'list'; readonly calls: number }
  | { readonly kind: 'lock'; readonly callers: number; readonly operations: number }
  | { readonly kind: 'removeAll'; readonly start: string };

export interface TaskReport extends Cost {
  /** What was read, or can be read afterwards: the same for all contenders, or one of them did other work. */
  readonly sample: string;
}

interface Work {
  readonly operations: number;
  readonly callers: number;
  readonly one: (index: number, caller: number) => Promise<unknown>;
  /** Not measured. @param last What the last operation answered. */
  readonly sample: (last: unknown) => unknown;
}

/** Entries that are stored at once to fill. */
const FILLED_AT_ONCE = 500;

/** What is given to the contender is made before the clock starts. */
export async function perform(contender: RedisContender, task: Task): Promise<TaskReport> {
  const { operations, callers, one, sample } = workOf(contender, task);
  let next = 0;
  let last: unknown;
  const caller = async (_: unknown, number: number): Promise<void> => {
    while (next < operations) {
      const index = next;
      next += 1;
      const answer = await one(index, number);
      if (index === operations - 1) last = answer;
    }
  };
  const cpuStart = process.cpuUsage();
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: callers }, caller));
  const cost = costSince(start, cpuStart);
  return { ...cost, sample: JSON.stringify(await sample(last)) };
}

function workOf(contender: RedisContender, task: Task): Work {
  switch (task.kind) {
    case 'fill': {
      const { value, start, count } = task;
      const batches = Array.from({ length: Math.ceil(count / FILLED_AT_ONCE) }, (_, batch) =>
        Array.from({ length: Math.min(FILLED_AT_ONCE, count - batch * FILLED_AT_ONCE) }, (_unused, n) => {
          const index = batch * FILLED_AT_ONCE + n;
          return [start + cachedKey(index), cached(value, index)] as const;
        }),
      );
      const setOneByOne = (batch: (typeof batches)[number]): Promise<unknown> =>
        Promise.all(batch.map(([key, text]) => contender.set!(key, text)));
      const store = contender.setMany?.bind(contender) ?? setOneByOne;
      return { operations: batches.length, callers: 1, one: (n) => store(batches[n]!), sample: () => '' };
    }
    case 'register':
      return {
        operations: task.count,
        callers: 1,
        one: (index) => contender.register!(instanceId(index)),
        sample: () => '',
      };
    case 'get': {
      const { callers, picks } = task;
      const keys = picks.map(cachedKey);
      return {
        operations: keys.length,
        callers,
        one: (index) => contender.get!(keys[index]!),
        sample: (last) => last,
      };
    }
    case 'set': {
      const { callers, picks, value } = task;
      const entries = picks.map((index) => [cachedKey(index), cached(value, index)] as const);
      return {
        operations: entries.length,
        callers,
        one: (index) => contender.set!(...entries[index]!),
        sample: () => contender.get!(entries.at(-1)![0]),
      };
    }
    case 'increment': {
      const { callers, picks } = task;
      const keys = picks.map((index) => `counter ${index}`);
      return {
        operations: keys.length,
        callers,
        one: (index) => contender.increment!(keys[index]!),
        sample: async () => {
          const sums = await Promise.all([...new Set(keys)].map((key) => contender.get!(key)));
          return sums.reduce((total: number, sum) => total + Number(sum), 0);
        },
      };
    }
    case 'heartbeat': {
      const { callers, picks } = task;
      const ids = picks.map(instanceId);
      return {
        operations: ids.length,
        callers,
        one: (index) => contender.heartbeat!(ids[index]!),
        sample: async () => (await contender.list!()).length,
      };
    }
    case 'getMany':
    case 'setMany': {
      const { kind, size, calls } = task;
      const entries = Array.from(
        { length: size },
        (_, index) => [cachedKey(index), cached('short', index)] as const,
      );
      const keys = entries.map(([key]) => key);
      return {
        operations: calls,
        callers: 1,
        one: () => (kind === 'getMany' ? contender.getMany!(keys) : contender.setMany!(entries)),
        sample: (last) => (kind === 'getMany' ? last : contender.get!(keys.at(-1)!)),
      };
    }
    case 'list':
      return {
        operations: task.calls,
        callers: 1,
        one: () => contender.list!(),
        sample: (last) => (last as readonly unknown[]).length === LISTED,
      };
    case 'lock':
      return {
        operations: task.operations,
        callers: task.callers,
        one: (_, caller) => contender.lock!(lockName(caller)),
        sample: (last) => last,
      };
    case 'removeAll':
      return {
        operations: 1,
        callers: 1,
        one: () => contender.removeAll!(task.start),
        sample: (last) => last,
      };
  }
}
