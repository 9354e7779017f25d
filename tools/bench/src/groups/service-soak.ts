import { setTimeout as delay } from 'node:timers/promises';

import type { BenchmarkGroup } from '../measure.js';
import { resultInput, type Scale } from '../records.js';
import { CALLERS, ServedCoordinator } from '../service/served-coordinator.js';

const MEBIBYTE = 1_048_576;
/** Until then the code is compiled, pools are filled, and what is kept of records and the heap's spaces grow to their size. */
const WARM_UP_SECONDS = 180;
const MEASURED_SECONDS = 300;
/** Told is flat what grows by less than this part of itself between the warm-up and the end: the collector's teeth are as high. */
const FLAT = 0.05;

interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly heap: number;
}

/** Whether the memory of a coordinator stays flat over five minutes of mixed load, once it is warm. Compares nothing. */
export async function* serviceSoak({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const warmUp = WARM_UP_SECONDS / divisor;
  const seconds = warmUp + MEASURED_SECONDS / divisor;
  await using served = await ServedCoordinator.start();
  process.stdout.write(`\nmemory of a coordinator under mixed load of ${CALLERS} callers for ${seconds} s\n`);
  const end = performance.now() + seconds * 1_000;
  let calls = 0;
  const runId = await served.newRun();
  const loads = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let turn = caller; performance.now() < end; turn += 1) {
      await mixedCall(served, { runId, caller, turn });
      calls += 1;
    }
  });
  const [samples] = await Promise.all([sampled(served, seconds), ...loads]);
  process.stdout.write(`  ${Math.round(calls / seconds).toLocaleString('en')} calls/s\n`);
  const counted = samples.filter((sample) => sample.seconds >= warmUp);
  tell('RSS', counted, ({ rss }) => rss);
  tell('heap', counted, ({ heap }) => heap);
  yield* [];
}

/** Writes and reads of every kind, in turns. */
async function mixedCall(
  { client }: ServedCoordinator,
  { runId, caller, turn }: { readonly runId: string; readonly caller: number; readonly turn: number },
): Promise<void> {
  const { testRuns, testResults, cache, activeRuns, executionLocks } = client.ports;
  switch (turn % 10) {
    case 0:
      await testResults.bulkCreate(Array.from({ length: 100 }, (_, index) => resultInput(runId, index)));
      break;
    case 1:
      await testResults.getByRun(runId, { limit: 100 });
      break;
    case 2:
      await testRuns.getById(runId);
      break;
    case 3:
      await testRuns.getRecentRuns({ limit: 20 });
      break;
    case 4:
      await cache.set(`key-${turn % 1_000}`, { turn });
      break;
    case 5:
      await activeRuns.publish(runId, { phase: 'injecting', counters: { turn } });
      break;
    case 6: {
      await using _lease = await executionLocks.acquire(`lock-${caller}`, { owner: 'soak', ttlMs: 5_000 });
      break;
    }
    default:
      await testResults.create(resultInput(runId, turn));
  }
}

/** Looks about a hundred times, and says every tenth what it sees. */
async function sampled(served: ServedCoordinator, seconds: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const begun = performance.now();
  for (let at = 0; at < seconds; at = (performance.now() - begun) / 1_000) {
    const sample = { seconds: at, ...(await served.memory()) };
    if (samples.length % 10 === 0)
      process.stdout.write(
        `  ${at.toFixed(0).padStart(4)} s   RSS ${mebibytes(sample.rss)}   heap ${mebibytes(sample.heap)}\n`,
      );
    samples.push(sample);
    await delay((seconds / 100) * 1_000);
  }
  return samples;
}

function tell(name: string, samples: readonly Sample[], valueOf: (sample: Sample) => number): void {
  const { mean, slope } = leastSquares(samples.map((sample) => [sample.seconds, valueOf(sample)]));
  const growth = slope * (samples.at(-1)!.seconds - samples[0]!.seconds);
  const perMinute = ((slope * 60) / MEBIBYTE).toFixed(2);
  process.stdout.write(
    `  ${name.padEnd(4)} ${growth < FLAT * mean ? 'flat' : 'NOT FLAT'}: ${mebibytes(mean)} on average, ${perMinute} MiB more a minute after the warm-up\n`,
  );
}

/** The line that is nearest to the points. */
function leastSquares(points: readonly (readonly [x: number, y: number])[]): {
  readonly mean: number;
  readonly slope: number;
} {
  const count = points.length;
  const meanX = points.reduce((total, [x]) => total + x, 0) / count;
  const mean = points.reduce((total, [, y]) => total + y, 0) / count;
  const covariance = points.reduce((total, [x, y]) => total + (x - meanX) * (y - mean), 0);
  const variance = points.reduce((total, [x]) => total + (x - meanX) ** 2, 0);
  return { mean, slope: covariance / variance };
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
