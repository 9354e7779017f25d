import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 10;

/** Asks until the answer is yes, or `withinMs` have passed; answers whether it was yes. */
export async function eventually(ask: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!(await ask())) {
    if (performance.now() > end) return false;
    await delay(PAUSE_MS);
  }
  return true;
}
