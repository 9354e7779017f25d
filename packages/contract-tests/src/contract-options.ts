import type { ContractOptions } from './adapter-harness.js';

/**
 * The options that a caller's environment asks for: `CONTRACT_SEED` and `CONTRACT_RUNS`, whole numbers. Pass
 * `process.env`; this package never reads it. Throws a TypeError for what is no whole number.
 */
export function contractOptionsFrom(
  environment: Readonly<Record<string, string | undefined>>,
): ContractOptions {
  const seed = wholeNumber(environment, 'CONTRACT_SEED');
  const runs = wholeNumber(environment, 'CONTRACT_RUNS');
  return { ...(seed !== undefined && { seed }), ...(runs !== undefined && { runs }) };
}

function wholeNumber(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw new TypeError(`${name} must be a whole number`);
  return Number(text);
}
