export interface NamedCheck {
  readonly name: string;
  readonly expression: string;
}

/** The check that keeps a column to the words of an enumeration. */
export function oneOf(name: string, column: string, words: readonly string[]): NamedCheck {
  return { name, expression: `${column} IN (${words.map((word) => `'${word}'`).join(', ')})` };
}
