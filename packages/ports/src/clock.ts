import { token, type Token } from './token.js';

/** The time that records carry. Tests pass a clock that they move by hand. */
export interface Clock {
  /** The current time; a fresh Date each call. */
  now(): Date;
}
export const Clock: Token<Clock> = token('Clock');
