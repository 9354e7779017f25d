import type { ListRequest, Page } from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import type { ContractSubject } from '../contract-group.js';
import type { Trial } from '../trial.js';

/** One list of a port, as the group about pages needs it. */
export interface Listing {
  readonly subject: ContractSubject;
  /** As titles name it: `all runs`. */
  readonly name: string;
  /** `id`: by the id alone, whenever it was stored. `time`: by the time of storing, then by id, both descending. */
  readonly order: 'id' | 'time';
  readonly oldestFirst?: boolean;
  /** Whether a page may start after an `offset`. */
  readonly offsets?: boolean;
  /** Stores the parents of the items. */
  prepare(ports: Ports): Promise<void>;
  /** The id of the n-th item. Ids of an `id` list rise with n; those of a `time` list must not. */
  idOf(n: number): string;
  /** Stores the n-th item. */
  add(ports: Ports, n: number): Promise<unknown>;
  /** Removes the n-th item; absent where items are never removed by themselves. */
  readonly remove?: (ports: Ports, n: number) => Promise<unknown>;
  read(ports: Ports, request?: ListRequest): Promise<Page<object>>;
  idIn(item: object): string;
}

/**
 * Stores items 1 to `count`, a millisecond apart, so that n rises in the order of the list; an `id` list gets them
 * in another order, which must not show.
 */
export async function fill(trial: Trial, listing: Listing, count: number): Promise<void> {
  await listing.prepare(trial.ports);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const inTurn =
    listing.order === 'time'
      ? numbers
      : [...numbers.filter((n) => n % 2 === 0), ...numbers.filter((n) => n % 2 === 1)];
  for (const n of inTurn) {
    await listing.add(trial.ports, n);
    await trial.pass(1);
  }
}

/** The ids on one page. */
export async function readIds(
  ports: Ports,
  listing: Listing,
  request?: ListRequest,
): Promise<readonly string[]> {
  return (await listing.read(ports, request)).items.map((item) => listing.idIn(item));
}

/** The ids on each page from the cursor on, until there is no next one. */
export async function readPages(
  ports: Ports,
  listing: Listing,
  limit: number,
  from?: string | null,
): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  let cursor: string | null = from ?? null;
  do {
    const page: Page<object> = await listing.read(ports, { limit, ...(cursor !== null && { cursor }) });
    pages.push(page.items.map((item) => listing.idIn(item)));
    cursor = page.nextCursor;
    // A list that never ends would hold the test up until its timeout.
  } while (cursor !== null && pages.length < 1_000);
  return pages;
}
