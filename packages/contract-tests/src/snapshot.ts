type Plain = null | undefined | string | number | boolean | Date | Plain[] | { [key: string]: Plain };

/**
 * A deep copy as it is now: of plain objects, lists, Maps (as a list of pairs) and dates. An object of any other
 * class fails, so a driver's row or a date as text never passes for a record.
 */
export function snapshot(value: unknown): Plain {
  if (value === null || value === undefined) return value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Date) return new Date(value.getTime());
  if (Array.isArray(value)) return value.map(snapshot);
  if (value instanceof Map) return [...value].map(snapshot);
  if (typeof value === 'object') {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, snapshot(member)]));
    }
  }
  throw new TypeError(`a port answered with a ${typeof value} that is neither JSON nor a Date`);
}

/**
 * Overwrites everything in a value that lets itself be overwritten, dates and nested lists included. A holder that
 * refuses (a frozen record) is as good as one that is a copy.
 */
export function scribble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Date) return attempt(() => value.setTime(0));
  if (value instanceof Map) {
    for (const member of value.values()) scribble(member);
    return attempt(() => value.clear());
  }
  for (const member of Object.values(value)) scribble(member);
  // Each refusal is an error with its stack: those of frozen records were a third of a suite's time.
  if (Object.isFrozen(value)) return;
  if (Array.isArray(value)) return attempt(() => value.push('scribbled'));
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) attempt(() => (object[key] = 'scribbled'));
  attempt(() => (object['scribbled'] = true));
}

function attempt(change: () => unknown): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    change();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
