import { maskSecrets } from '@test-coordinator/ports';

import { cutText, escapedText, needsEscape } from './stored-text.js';

/** Most warnings that one report tells; the last line then says how many there were. */
const MAX_WARNINGS = 100;
/** Examples that a repeated warning names. */
const MAX_EXAMPLES = 3;

interface Repeated {
  count: number;
  readonly examples: string[];
}

/**
 * What an import left out, guessed or found contradictory. A warning that is repeated for many places is told once, with
 * its count and the first few places.
 */
export class ImportWarnings {
  readonly #single = new Set<string>();
  readonly #repeated = new Map<string, Repeated>();

  add(warning: string): void {
    this.#single.add(warning);
  }

  /** The same `warning` at one more `place`. */
  addAt(warning: string, place: string): void {
    const repeated = this.#repeated.get(warning) ?? { count: 0, examples: [] };
    repeated.count += 1;
    if (repeated.examples.length < MAX_EXAMPLES) repeated.examples.push(cutText(storable(place), 120));
    this.#repeated.set(warning, repeated);
  }

  list(): readonly string[] {
    const all = [...this.#single];
    for (const [warning, { count, examples }] of this.#repeated) {
      const more = count > examples.length ? `, and ${count - examples.length} more` : '';
      all.push(`${warning}: ${examples.join(', ')}${more}`);
    }
    const shown = all.slice(0, MAX_WARNINGS).map((warning) => cutText(warning, 600));
    if (all.length > MAX_WARNINGS) shown.push(`${all.length - MAX_WARNINGS} more warnings are not shown`);
    return shown;
  }
}

/** Places are names out of the file: they may hold what no store takes, and secrets. */
function storable(place: string): string {
  const masked = maskSecrets(place);
  return needsEscape(masked) ? escapedText(masked) : masked;
}
