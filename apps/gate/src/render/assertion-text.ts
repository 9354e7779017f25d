import { ASSERTION_PLACE, type AssertionIdentity, type ComparedAssertion } from '@test-coordinator/domain';

/** An assertion for a person: where it stands, its name, and which one it is when there are several. */
export function assertionText({ name, place, assertionType, occurrence }: AssertionIdentity): string {
  const above = ASSERTION_PLACE.flatMap((member) => {
    const part = place[member];
    return part === undefined ? [] : [typeof part === 'string' ? part : JSON.stringify(part)];
  });
  const which = occurrence === 1 ? '' : ` (no. ${occurrence})`;
  return `${[...above, name ?? `(unnamed ${assertionType})`].join(' › ')}${which}`;
}

/** What it went from and to: `passed → failed`. */
export function transitionText({ before, after }: Pick<ComparedAssertion, 'before' | 'after'>): string {
  return `${before?.status ?? 'absent'} → ${after?.status ?? 'absent'}`;
}
