import { setTimeout as delay } from 'node:timers/promises';

/** What calls took, in milliseconds, and how many were refused. */
export interface Load {
  readonly latencies: readonly number[];
  readonly refused: number;
}

const TICK_MS = 10;

/** Makes so many calls a second for so long, whatever each takes, and waits for all of them. */
export async function loadOf(
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  call: () => Promise<unknown>,
): Promise<Load> {
  const latencies: number[] = [];
  let refused = 0;
  const timed = async (): Promise<void> => {
    const start = performance.now();
    await call().catch(() => (refused += 1));
    latencies.push(performance.now() - start);
  };
  const calls: Promise<void>[] = [];
  const begun = performance.now();
  for (const total = perSecond * seconds; calls.length < total; await delay(TICK_MS)) {
    const due = Math.min(total, ((performance.now() - begun) / 1_000) * perSecond);
    while (calls.length < due) calls.push(timed());
  }
  await Promise.all(calls);
  return { latencies: latencies.toSorted((a, b) => a - b), refused };
}

export function percentile({ latencies }: Load, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]!;
}
