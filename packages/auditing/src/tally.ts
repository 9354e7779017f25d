import { createHash } from 'node:crypto';

import type { JsonObject } from '@test-coordinator/domain';

import { jsonText } from './audit-document.js';

/** Counts what one call records, where that is too much to be told one by one. */
export class Tally {
  readonly #counts: Record<string, number> = {};
  readonly #digest = createHash('sha256');
  #first: string | undefined;
  #last: string | undefined;
  #isEmpty = true;

  /** @param id Of the record, where it is known. */
  add(what: string, record: unknown, id: string | undefined): void {
    this.#isEmpty = false;
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
    this.#digest.update(`${jsonText(record) ?? ''}\n`);
    this.#first ??= id;
    this.#last = id ?? this.#last;
  }

  /** The counts, the first and the last id, and the sha256 over what was given, one line of JSON each; once. */
  told(): JsonObject | undefined {
    if (this.#isEmpty) return undefined;
    return {
      ...this.#counts,
      ...(this.#first !== undefined && { first: this.#first }),
      ...(this.#last !== undefined && { last: this.#last }),
      sha256: this.#digest.digest('hex'),
    };
  }
}
