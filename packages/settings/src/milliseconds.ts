/** Whole ones: 1.001 s is 1000.9999999999999 ms. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1_000);
}
