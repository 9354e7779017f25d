import type { DurationStatistics } from '@test-coordinator/domain';

import type { Row } from './statement-exchange.js';

/**
 * The aggregates behind DurationStatistics over a bigint column, equal to the domain's figures to the last digit: the sum
 * is of doubles in ascending order, as the domain adds them, and percentile_disc is the nearest rank.
 */
export const DURATION_AGGREGATES = (column: string): string => {
  const double = `${column}::float8`;
  const rank = (p: number): string => `percentile_disc(${p}) WITHIN GROUP (ORDER BY ${column})`;
  return `count(${column}), sum(${double} ORDER BY ${double}), ${rank(0.5)}, ${rank(0.95)}, ${rank(0.99)}, max(${column})`;
};

/** How many columns DURATION_AGGREGATES selects. */
export const DURATION_COLUMNS = 6;

export function durationStatisticsOf(row: Row): DurationStatistics {
  const [count, sum, p50, p95, p99, max] = row as readonly [number, ...(number | null)[]];
  return {
    mean: count === 0 ? null : sum! / count,
    count,
    p50: p50 ?? null,
    p95: p95 ?? null,
    p99: p99 ?? null,
    max: max ?? null,
  };
}
