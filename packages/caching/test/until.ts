import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is true; throws when that takes longer than the deadline. */
export async function until(
  ask: () => Promise<boolean> | boolean,
  what: string,
  deadlineMs = 10_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await delay(5);
  }
}
