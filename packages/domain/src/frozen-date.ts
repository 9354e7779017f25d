/**
 * A Date whose setters throw. `Object.freeze` does not stop `setTime`, so a stored record that is handed
 * out without a copy needs its dates to be safe by themselves. It is a `Date` everywhere else:
 * `instanceof`, JSON, comparison. For one that can change: `new Date(record.createdAt)`.
 */
class FrozenDate extends Date {}

for (const name of Object.getOwnPropertyNames(Date.prototype)) {
  if (!name.startsWith('set')) continue;
  Object.defineProperty(FrozenDate.prototype, name, {
    value(): never {
      throw new TypeError(`this Date belongs to a record; copy it with new Date(date) before ${name}()`);
    },
  });
}

/** An immutable copy of `date`, at its millisecond. */
export function frozenDate(date: Date): Date {
  return date instanceof FrozenDate ? date : new FrozenDate(date.getTime());
}
