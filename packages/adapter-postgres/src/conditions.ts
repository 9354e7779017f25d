import { refuse, type ReadPage } from '@test-coordinator/ports';
import { isReadableId, isUuidV7 } from '@test-coordinator/domain';

import type { Statement } from './statement-exchange.js';

/**
 * The WHERE clause of a filter, built from the fields that are present: `$1 IS NULL OR column = $1` would fall into one
 * plan for all filters, which runs at half the speed or worse.
 */
export class Conditions {
  readonly values: unknown[] = [];
  readonly #clauses: string[] = [];
  readonly #shape: string[] = [];
  #oneIndexServes = true;

  /**
   * `clause` with `$?` for the value, on a column whose index serves every value, so that a plan can be kept. Not so for
   * statuses, types and the like: the plan for a common one walks along the ids and would do so for a rare one, to the end.
   */
  equal(name: string, clause: string, value: unknown): this {
    if (value === undefined) return this;
    this.#shape.push(name);
    return this.#add(clause, value);
  }

  where(clause: string, value: unknown): this {
    if (value === undefined) return this;
    this.#oneIndexServes = false;
    return this.#add(clause, value);
  }

  /** Membership in a set; one member is an equality, which an index answers in the order of the ids. */
  anyOf(column: string, set: readonly string[] | undefined): this {
    if (set === undefined) return this;
    return set.length === 1
      ? this.where(`${column} = $?`, set[0])
      : this.where(`${column} = ANY ($?::text[])`, [...set]);
  }

  range(
    column: string,
    { from, to }: { readonly from?: Date | undefined; readonly to?: Date | undefined },
  ): this {
    this.where(`${column} >= $?::timestamptz`, from && timeBound(from.getTime()));
    return this.where(`${column} < $?::timestamptz`, to && timeBound(to.getTime()));
  }

  /** The letters A–Z in either case, every other character exactly: lower() of collation C knows no others. */
  text(column: string, text: string | undefined): this {
    return this.where(`position(lower($?::text COLLATE "C") IN lower(${column} COLLATE "C")) > 0`, text);
  }

  /** Rows whose `column` is among those that `source` has for the conditions of `other`; nothing when it has none. */
  among(column: string, source: string, other: Conditions): this {
    if (other.#clauses.length === 0) return this;
    this.#oneIndexServes = false;
    const clauses = other.#clauses.map((clause) =>
      clause.replace(/\$(\d+)/g, (_, n) => `$${Number(n) + this.values.length}`),
    );
    this.values.push(...other.values);
    this.#clauses.push(`${column} IN (${source} WHERE ${clauses.join(' AND ')})`);
    return this;
  }

  /** A parameter that is no condition. */
  parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get sql(): string {
    return this.#clauses.length === 0 ? 'true' : this.#clauses.join(' AND ');
  }

  /** A name for a statement with these conditions, when one plan fits every value. */
  name(prefix: string, suffix = ''): Pick<Statement, 'name'> {
    if (!this.#oneIndexServes || this.#shape.length > 1) return {};
    return { name: [prefix, ...this.#shape, suffix].filter((part) => part !== '').join('-') };
  }

  #add(clause: string, value: unknown): this {
    this.values.push(value);
    this.#clauses.push(clause.replace('$?', `$${this.values.length}`));
    return this;
  }
}

/** The id that a cursor ends with, refused when it is none: the column's type would refuse it less kindly. */
export function cursorId({ after }: ReadPage, kind: 'uuid' | 'text'): string | undefined {
  if (after === undefined) return undefined;
  const id = after.at(-1) as string;
  if (kind === 'uuid' ? !isUuidV7(id) : !isReadableId(id)) refuse('cursor', "must be a page's nextCursor");
  return id;
}

const EARLIEST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** A time to compare with. PostgreSQL cannot read those that JavaScript writes with a sign; no record has one of them. */
export function timeBound(ms: number): string {
  if (ms < EARLIEST_MS) return '-infinity';
  return ms > LATEST_MS ? 'infinity' : new Date(ms).toISOString();
}
