/** Milliseconds of this process's monotonic clock: waits end by it, also when somebody sets the wall clock. */
export function machineMonotonicMs(): number {
  return performance.now();
}
