import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Spool } from '@test-coordinator/adapter-spool';

import type { BenchmarkGroup, Contender } from '../measure.js';
import { resultInput, type Scale } from '../records.js';

const CALLERS = [1, 16, 64];

/** Durable records of about 1 KB in the folder for temporary files: its disk is what is measured. */
export async function* spoolAppend({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const payload = Buffer.from(JSON.stringify(resultInput('run', 1)).padEnd(1_024));
  const folder = await mkdtemp(join(tmpdir(), 'spool-bench-'));
  const latencies = new Map<number, number[]>(CALLERS.map((callers) => [callers, []]));
  let bare: FileHandle | undefined;
  let spool: Spool | undefined;

  const append = (callers: number): Contender => {
    const each = Math.floor((callers === 1 ? 5_000 : 50_000) / divisor / callers);
    return {
      name: `append, ${callers} caller${callers === 1 ? '' : 's'}`,
      operations: each * callers,
      prepare: async () => {
        await spool?.close();
        await rm(join(folder, 'spool'), { recursive: true, force: true });
        spool = await Spool.open({ folder: join(folder, 'spool') });
      },
      run: async () => {
        const work = async (): Promise<void> => {
          for (let count = 0; count < each; count += 1) {
            const start = performance.now();
            await spool!.append(1, payload);
            latencies.get(callers)!.push(performance.now() - start);
          }
        };
        await Promise.all(Array.from({ length: callers }, work));
      },
    };
  };

  const bareWrites = 5_000 / divisor;
  yield {
    title: 'durable append of records of 1 KB',
    reach: '6,000/s for one caller, 30,000/s for 64, p99 under 10 ms',
    contenders: [
      {
        name: 'write and fdatasync, one after another',
        operations: bareWrites,
        prepare: async () => {
          await bare?.close();
          bare = await open(join(folder, 'bare'), 'w');
        },
        run: async () => {
          for (let count = 0; count < bareWrites; count += 1) {
            await bare!.write(payload);
            await bare!.datasync();
          }
        },
      },
      ...CALLERS.map(append),
    ],
  };
  const p99s = CALLERS.map((callers) => {
    const ascending = latencies.get(callers)!.sort((a, b) => a - b);
    return `${callers}: ${ascending[Math.floor(ascending.length * 0.99)]!.toFixed(1)} ms`;
  });
  process.stdout.write(`  p99 by callers: ${p99s.join(', ')}\n`);
  await bare?.close();
  await spool?.close();
  await rm(folder, { recursive: true });
}
