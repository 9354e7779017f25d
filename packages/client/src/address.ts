type QueryValue = string | number | boolean | Date | readonly string[] | undefined;
export type QueryFields = Readonly<Record<string, QueryValue>>;

/** The address of an operation. @param path As the document has it, parameters in braces. */
export function addressOf(
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  query: QueryFields = {},
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name]!));
  const fields = Object.entries(query).flatMap(([name, value]) => pairsOf(name, value));
  return fields.length === 0 ? filled : `${filled}?${fields.join('&')}`;
}

/** An empty set is told by an empty text, which no set has as a member: left out, it would ask nothing. */
function pairsOf(name: string, value: QueryValue): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    const members = value.length === 0 ? [''] : (value as readonly string[]);
    return members.map((member) => `${name}=${encodeURIComponent(member)}`);
  }
  return [`${name}=${encodeURIComponent(value instanceof Date ? value.toISOString() : String(value))}`];
}
