import { setTimeout as delay } from 'node:timers/promises';

/** The first answer that is neither false nor absent; fails after the deadline. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  deadlineMs = 90_000,
): Promise<Exclude<T, false | undefined | null>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== null && value !== false)
      return value as Exclude<T, false | undefined | null>;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${read.toString()}`);
    await delay(10);
  }
}
