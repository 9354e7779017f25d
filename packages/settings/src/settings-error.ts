/** A variable, and what is wrong with it, without its value where that may be secret. */
export interface SettingProblem {
  readonly variable: string;
  readonly problem: string;
}

/** Every setting that cannot be read, each with its variable. The message is fit to print. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly SettingProblem[]) {
    super(problems.map(({ variable, problem }) => `${variable} ${problem}`).join('\n'));
  }
}
