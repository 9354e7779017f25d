import { expect } from 'chai';
import { DataAdapterError, ERROR_CODES, type ErrorCode } from '@test-coordinator/ports';

/** Goes into bad values, so that a message which repeats what a caller gave is seen. */
export const SECRET = 'hunter2-must-not-be-printed';

export interface ExpectedRefusal {
  /** The path of a problem in `details.problems`. */
  readonly path?: string;
  /** The id that the error names, in `id` and in the message. */
  readonly id?: string;
}

/** Settles to the error of a call that must be refused with `code`, and holds it to the rules of the error family. */
export async function expectRefusal(
  call: Promise<unknown>,
  code: ErrorCode | readonly ErrorCode[],
  expected: ExpectedRefusal = {},
): Promise<DataAdapterError> {
  const [settled] = await Promise.allSettled([call]);
  const codes = typeof code === 'string' ? [code] : code;
  if (settled.status === 'fulfilled')
    throw new Error(`expected ${codes.join(' or ')}, but the call was answered`);
  const error = asDataAdapterError(settled.reason);
  expect(codes, `code of “${error.message}”`).to.include(error.code);
  if (expected.id !== undefined) {
    expect(error.id, 'id').to.equal(expected.id);
    expect(error.message, 'message').to.include(expected.id);
  }
  if (expected.path !== undefined)
    expect(problemPaths(error), 'paths of the problems').to.include(expected.path);
  return error;
}

/** The value as an error of the family, fit to print; anything else that was thrown fails the test. */
export function asDataAdapterError(reason: unknown): DataAdapterError {
  if (!DataAdapterError.is(reason)) {
    throw new Error(`an error of another family crossed the port: ${String(reason)}`, { cause: reason });
  }
  expect(Object.keys(ERROR_CODES), 'the list of codes').to.include(reason.code);
  expect(reason.retryable, 'retryable').to.equal(ERROR_CODES[reason.code].retryable);
  expect(`${reason.message} ${JSON.stringify(reason)}`, 'what is printed').not.to.include(SECRET);
  return reason;
}

/** The paths of the problems that an error names. */
export function problemPaths(error: DataAdapterError): readonly string[] {
  const problems = error.details?.['problems'];
  return Array.isArray(problems) ? problems.map((problem: { readonly path: string }) => problem.path) : [];
}

/** Calls that ran side by side: what the answered ones said, and the errors of the others. */
export interface Race<Value> {
  readonly answers: readonly Value[];
  readonly refusals: readonly DataAdapterError[];
}

/** Waits for all; every refusal must be of the error family. */
export async function race<Value>(calls: Iterable<Promise<Value>>): Promise<Race<Value>> {
  const answers: Value[] = [];
  const refusals: DataAdapterError[] = [];
  for (const settled of await Promise.allSettled(calls)) {
    if (settled.status === 'fulfilled') answers.push(settled.value);
    else refusals.push(asDataAdapterError(settled.reason));
  }
  return { answers, refusals };
}

/** Holds a race to exactly one answer, and every loser to one of the documented codes. */
export function expectOneWinner<Value>({ answers, refusals }: Race<Value>, code: ErrorCode): Value {
  expect(answers, 'winners').to.have.length(1);
  expect(new Set(refusals.map((refusal) => refusal.code)), 'codes of the losers').to.deep.equal(
    new Set([code]),
  );
  return answers[0] as Value;
}
