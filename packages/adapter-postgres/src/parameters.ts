/** A value as it is sent: text, or the bytes of a bytea. */
export type Parameter = string | Buffer | null;

/** pg's own encoding writes dates in the machine's time zone, and takes twice as long for an array. */
export function parameter(value: unknown): Parameter {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return arrayLiteral(value, (item) => (item === null ? 'NULL' : element(item)));
  return Buffer.isBuffer(value) ? value : scalar(value);
}

/** An array as PostgreSQL reads it. */
export function arrayLiteral<Item>(items: readonly Item[], write: (item: Item) => string): string {
  let literal = '{';
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) literal += ',';
    literal += write(items[index]!);
  }
  return `${literal}}`;
}

/** How a value of a column of this type is written in an array. */
export function elementWriter(type: string): (value: unknown) => string {
  switch (type) {
    case 'text':
      return (value) => quoted(value as string);
    case 'jsonb':
      // The JSON of JSON has the escapes that an array needs, and no others: JSON has no raw control characters.
      return (value) => JSON.stringify(JSON.stringify(value));
    case 'timestamptz':
      return timeWriter();
    default:
      return element;
  }
}

/** Records that are stored together share their times. */
function timeWriter(): (value: unknown) => string {
  let last = NaN;
  let text = '';
  return (value) => {
    const time = (value as Date).getTime();
    if (time === last) return text;
    last = time;
    return (text = (value as Date).toISOString());
  };
}

function element(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  return Buffer.isBuffer(value) ? `"\\\\x${value.toString('hex')}"` : scalar(value);
}

function quoted(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

function scalar(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError(`a parameter is ${typeof value}`);
}
