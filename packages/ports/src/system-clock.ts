import type { Clock } from './clock.js';

/** The machine's clock: the one place in the product that reads it. */
export const systemClock: Clock = { now: () => new Date() };
