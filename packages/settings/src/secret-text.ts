import { inspect } from 'node:util';

import { maskSecrets } from '@test-coordinator/ports';

/**
 * A text that only `reveal` shows as it is: printed, logged, inspected or written as JSON it is masked. Of a URL what is
 * no secret is shown, and of anything else, such as a key, nothing.
 */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the driver that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return this.#text.includes('://') ? maskSecrets(this.#text) : '***';
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
