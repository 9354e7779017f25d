import { costSince, type Cost } from '../measure.js';
import { resultInput } from '../records.js';
import type { PostgresContender } from './contender.js';
import { canonical } from './result-row.js';

/** What a contender's process is told to do once, and to measure. */
export type Task =
  | { readonly kind: 'get'; readonly callers: number; readonly ids: readonly string[] }
  | { readonly kind: 'list'; readonly runIds: readonly string[] }
  | { readonly kind: 'create'; readonly callers: number; readonly runId: string; readonly operations: number }
  | { readonly kind: 'bulk'; readonly runId: string; readonly batches: number; readonly size: number }
  | { readonly kind: 'update'; readonly runIds: readonly string[]; readonly version: number }
  | { readonly kind: 'start'; readonly runIds: readonly string[] };

export interface TaskReport extends Cost {
  /** The last answer of a task that reads: the same for all contenders, or one of them did other work. */
  readonly sample: string;
}

/** Tasks of which each operation finds its record. */
const ANSWERED: ReadonlySet<Task['kind']> = new Set(['get', 'update', 'start']);

interface Work {
  readonly operations: number;
  readonly callers: number;
  readonly one: (index: number) => Promise<unknown>;
}

/** What is given to the contender is made before the clock starts. */
export async function perform(contender: PostgresContender, task: Task): Promise<TaskReport> {
  const { operations, callers, one } = workOf(contender, task);
  let next = 0;
  let last: unknown;
  const caller = async (): Promise<void> => {
    while (next < operations) {
      const index = next;
      next += 1;
      const answer = await one(index);
      if (ANSWERED.has(task.kind) && answer == null) throw new Error(`${task.kind} ${index} met no record`);
      if (index === operations - 1) last = answer;
    }
  };
  const cpuStart = process.cpuUsage();
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: callers }, caller));
  const cost = costSince(start, cpuStart);
  return { ...cost, sample: task.kind === 'get' || task.kind === 'list' ? canonical(last) : '' };
}

function workOf(contender: PostgresContender, task: Task): Work {
  switch (task.kind) {
    case 'get': {
      const { ids, callers } = task;
      return { operations: ids.length, callers, one: (index) => contender.getById!(ids[index]!) };
    }
    case 'list': {
      const { runIds } = task;
      return { operations: runIds.length, callers: 1, one: (index) => contender.listByRun!(runIds[index]!) };
    }
    case 'create': {
      const { callers, runId, operations } = task;
      const inputs = Array.from({ length: operations }, (_, index) => resultInput(runId, index));
      return { operations, callers, one: (index) => contender.create!(inputs[index]!) };
    }
    case 'bulk': {
      const { runId, batches, size } = task;
      const inputs = Array.from({ length: size }, (_, index) => resultInput(runId, index));
      return { operations: batches, callers: 1, one: () => contender.bulkCreate!(inputs) };
    }
    case 'update': {
      const { runIds, version } = task;
      return {
        operations: runIds.length,
        callers: 1,
        one: (index) => contender.update!(runIds[index]!, version, `environment ${version}`),
      };
    }
    case 'start': {
      const { runIds } = task;
      return { operations: runIds.length, callers: 1, one: (index) => contender.start!(runIds[index]!) };
    }
  }
}
