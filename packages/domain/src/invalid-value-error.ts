/** One thing that is wrong with an input. `path` is dotted, with indexes: `results[3].metadata.retries`. */
export interface Problem {
  readonly path: string;
  /** What is wrong, without the value itself: values may be secret or huge. */
  readonly problem: string;
}

/** An input that breaks the rules of its entity. Thrown before anything is stored or sent. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';

  constructor(
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${subject}: ${problems.map(({ path, problem }) => `${path} ${problem}`).join('; ')}`);
  }
}
