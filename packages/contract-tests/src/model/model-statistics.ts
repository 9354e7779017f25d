import type { DurationStatistics } from '@test-coordinator/domain';

/** How many of the values are each of the words; a word that does not occur is 0. */
export function countEach<Word extends string>(
  values: readonly string[],
  words: readonly Word[],
): Record<Word, number> {
  const counts = words.map((word) => [word, values.filter((value) => value === word).length]);
  return Object.fromEntries(counts) as Record<Word, number>;
}

export function rate(passed: number, failed: number): number | null {
  return passed + failed > 0 ? passed / (passed + failed) : null;
}

/** The figures over durations, by the definition of nearest rank: the smallest value that `percent` of all do not exceed. */
export function modelDurations(values: readonly number[]): DurationStatistics {
  const reached = (percent: number): number | null => {
    const enough = values.filter(
      (value) => 100 * values.filter((other) => other <= value).length >= percent * values.length,
    );
    return enough.length === 0 ? null : Math.min(...enough);
  };
  return {
    mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    count: values.length,
    p50: reached(50),
    p95: reached(95),
    p99: reached(99),
    max: reached(100),
  };
}
