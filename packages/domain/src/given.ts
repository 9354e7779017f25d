/** An optional field of an input: left out, `undefined` and `null` all mean absent. */
export type OrAbsent<Value> = Value | null | undefined;

/** A class of rules, as the plain object that a caller gives. */
export type Given<Rules> = { readonly [Key in keyof Rules]: Rules[Key] };
