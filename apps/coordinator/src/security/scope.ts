/** What a caller may do, each with all that stands before it: look, record what happened, delete. */
export const SCOPES = ['read', 'record', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whether who has `scope` may do what asks for `needed`. */
export function includesScope(scope: Scope | null, needed: Scope): boolean {
  return scope !== null && SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);
}
