import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is yes; fails after the deadline, with what was asked for. */
export async function eventually(
  what: string,
  ask: () => boolean | Promise<boolean>,
  deadlineMs = 60_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(10);
  }
}
