import type { NewTestResult } from '@test-coordinator/domain';
import type { ImportAllOptions, ImportProgress } from '@test-coordinator/ports';

type Source = AsyncIterable<NewTestResult> | Iterable<NewTestResult>;

/** How many of one type and status a load has stored. */
export interface StoredResults {
  readonly assertionType: string;
  readonly status: string;
  readonly count: number;
}

/**
 * Counts what a load of results stores, of which its port tells the number alone: notes each result as it goes by, and
 * counts it when the port says that it is stored. What is noted is no more than the batch that the port holds.
 */
export class LoadTally {
  readonly #noted: { readonly assertionType: string; readonly status: string }[] = [];
  readonly #counts = new Map<string, StoredResults>();
  #recorded = 0;

  /** The arguments of `importAll`, with this between its caller and the port; what is no source is for the port to refuse. */
  between([source, options, ...rest]: readonly unknown[]): unknown[] {
    if (!isSource(source)) return [source, options, ...rest];
    const { onProgress } = (options ?? {}) as ImportAllOptions;
    const told = (progress: ImportProgress): void => {
      this.#stored(progress.recorded);
      onProgress?.(progress);
    };
    return [
      this.#noting(source),
      { ...(options as ImportAllOptions | undefined), onProgress: told },
      ...rest,
    ];
  }

  get stored(): Iterable<StoredResults> {
    return this.#counts.values();
  }

  async *#noting(source: Source): AsyncGenerator<NewTestResult> {
    for await (const result of source) {
      // The port refuses what is no result.
      const { assertionType, status } = (result ?? {}) as NewTestResult;
      this.#noted.push({ assertionType, status });
      yield result;
    }
  }

  #stored(recorded: number): void {
    for (const { assertionType, status } of this.#noted.splice(0, recorded - this.#recorded)) {
      const name = `${assertionType} ${status}`;
      const count = (this.#counts.get(name)?.count ?? 0) + 1;
      this.#counts.set(name, { assertionType, status, count });
    }
    this.#recorded = recorded;
  }
}

function isSource(value: unknown): value is Source {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}
