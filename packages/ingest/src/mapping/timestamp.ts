import { refuse } from '@test-coordinator/ports';

/** `2021-05-25`, `2021-05-25T18:28:16.12Z`, with blanks for or after the T, `+01:00`, `+0100` or no offset. */
const SPELLING =
  /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?\s*$/i;
const FIXED_OFFSET = /^([+-])(\d{2}):?(\d{2})$/;

/**
 * Tells how many milliseconds a wall clock is ahead of UTC at a wall time (given as if it were UTC). A zone is `UTC`, an
 * offset such as `+02:00`, or an IANA name. The machine's own zone is never asked.
 */
export type ZoneOffset = (wallMs: number) => number;

/** @throws DataAdapterError `INVALID_ARGUMENT` for a zone that is not known. */
export function zoneOffset(zone: string): ZoneOffset {
  if (zone === 'UTC' || zone === 'Z') return () => 0;
  const fixed = offsetMs(zone);
  if (fixed !== undefined) return () => fixed;
  const format = zoneFormat(zone);
  const offsetAt = (instantMs: number): number =>
    wallTime(format, instantMs) - Math.floor(instantMs / 1_000) * 1_000;
  return (wallMs) => {
    // The offset at the instant that the first guess leads to is the one in force, but for the hour that a change skips.
    const guess = wallMs - offsetAt(wallMs);
    return offsetAt(guess);
  };
}

/**
 * The instant of a time in ISO 8601 or one of the spellings that test tools write; a time without an offset is in
 * `zone`. Microseconds are cut. `undefined` for what is no time.
 */
export function parseTimestamp(text: string, zone: ZoneOffset = () => 0): Date | undefined {
  const match = SPELLING.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const parts = [
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ] as const;
  const wallMs = Date.UTC(...parts, milliseconds);
  const read = new Date(wallMs);
  // Date.UTC turns the 31st of February into March: such a text is no time.
  const sound =
    read.getUTCMonth() === parts[1] &&
    read.getUTCDate() === parts[2] &&
    parts[3] < 24 &&
    parts[4] < 60 &&
    parts[5] < 61;
  if (!sound || parts[0] < 1) return undefined;
  const ahead = offset === undefined ? zone(wallMs) : (offsetMs(offset) ?? 0);
  return new Date(wallMs - ahead);
}

function offsetMs(text: string): number | undefined {
  const match = FIXED_OFFSET.exec(text);
  if (match === null) return undefined;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return refuse('zone', 'must be UTC, an offset such as +02:00, or a time zone name such as Europe/Zurich');
  }
}

function wallTime(format: Intl.DateTimeFormat, instantMs: number): number {
  const parts = Object.fromEntries(
    format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(
    parts['year']!,
    parts['month']! - 1,
    parts['day'],
    parts['hour'],
    parts['minute'],
    parts['second'],
  );
}
