import fc from 'fast-check';

import { CallCommand, WalkCommand, type PortCall } from './call-command.js';
import type { ModelWorld, ModelledPort } from './model-world.js';
import type { Trial } from '../trial.js';

export type PortCommand = fc.AsyncCommand<ModelWorld, Trial>;

/** Calls of one method with any of these arguments. */
export function calls(
  port: ModelledPort,
  method: string,
  ...values: readonly fc.Arbitrary<unknown>[]
): fc.Arbitrary<PortCall> {
  return fc.tuple(...values).map((chosen) => ({ port, method, values: chosen }));
}

export function asCommand(call: fc.Arbitrary<PortCall>): fc.Arbitrary<PortCommand> {
  return call.map((chosen) => new CallCommand(chosen));
}

/** Reads of a list to its end, in small pages. */
export function walks(
  port: ModelledPort,
  method: string,
  ...leading: readonly fc.Arbitrary<unknown>[]
): fc.Arbitrary<PortCommand> {
  return fc
    .tuple(fc.integer({ min: 1, max: 4 }), ...leading)
    .map(([limit, ...chosen]) => new WalkCommand(port, method, chosen, limit));
}

/** An object in which each field is there or left out. */
export function fields(record: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc.record(record, { requiredKeys: [], noNullPrototype: true });
}

/** A filter of at most two of the fields: one that asks for more finds nothing, and shows nothing. */
export function filters(record: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc
    .subarray(Object.keys(record), { maxLength: 2 })
    .chain((asked) =>
      fc.record(Object.fromEntries(asked.map((field) => [field, record[field]!])), { noNullPrototype: true }),
    );
}

/** One of a few values, so that calls meet each other. */
export function few<Value>(...values: readonly Value[]): fc.Arbitrary<Value> {
  return fc.constantFrom(...values);
}

/** A set of words, sometimes empty. */
export function someOf(...words: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc.subarray([...words]);
}
