import type { ErrorCode } from '@test-coordinator/ports';

/** A call that the contract refuses. Where two rules are broken at once, an adapter may name either. */
export class ModelRefusal extends Error {
  override readonly name = 'ModelRefusal';

  /**
   * @param path The field that the refusal is about, where it is not the id; in a batch always, with the place.
   * @param details What the error tells besides.
   */
  constructor(
    readonly codes: readonly ErrorCode[],
    readonly path?: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(`refused with ${codes.join(' or ')}`);
  }
}

/** @throws ModelRefusal with those of the codes that apply, if any does. */
export function refuseIf(
  rules: Readonly<Partial<Record<ErrorCode, boolean>>>,
  path?: string,
  details?: Readonly<Record<string, unknown>>,
): void {
  const broken = (Object.keys(rules) as ErrorCode[]).filter((code) => rules[code]);
  if (broken.length > 0) throw new ModelRefusal(broken, path, details);
}
