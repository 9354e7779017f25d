import { UuidV7Generator } from '@test-coordinator/domain';

import type { Clock } from './clock.js';
import { token, type Token } from './token.js';

/** Mints the ids of runs, events and results. */
export interface IdGenerator {
  /** A UUIDv7 that sorts after every earlier one of this generator. */
  next(): string;
}
export const IdGenerator: Token<IdGenerator> = token('IdGenerator');

/** UUIDv7 ids stamped with `clock`. */
export function uuidV7Ids(clock: Clock): IdGenerator {
  return new UuidV7Generator(() => clock.now().getTime());
}
