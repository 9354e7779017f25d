import { DataAdapterError } from './data-adapter-error.js';

/** Items on a page when the request names no limit. */
export const DEFAULT_PAGE_LIMIT = 100;
export const MAX_PAGE_LIMIT = 1_000;

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it as `cursor` to read on; `null` when nothing was left when this page was read. */
  readonly nextCursor: string | null;
}

/** Which page: paging is by the key of the last item, so inserts between pages neither repeat nor lose an old item. */
export interface PageRequest {
  /** 1–1000. @default 100 */
  readonly limit?: number | undefined;
  /** A page's `nextCursor`. Opaque; one that was not made by this list's kind is `INVALID_ARGUMENT`. */
  readonly cursor?: string | undefined;
}

/** A page that may also start after a number of items. Slow at depth: prefer the cursor. */
export interface ListRequest extends PageRequest {
  /** Items to leave out before the page, counted from the cursor when there is one. @default 0 */
  readonly offset?: number | undefined;
}

/** A page request with its defaults filled in and its cursor read. */
export interface ReadPage {
  readonly limit: number;
  readonly offset: number;
  /** The key of the last item of the page before, or `undefined` for the first page. */
  readonly after: KeysetKey | undefined;
}

/** The key that a list is ordered by: one id, or a time and an id to break ties. */
export type KeysetKey = readonly [id: string] | readonly [timeMs: number, id: string];
export type KeysetKind = 'id' | 'timeAndId';

/** @throws DataAdapterError `INVALID_ARGUMENT` for a bad limit, offset or cursor, or a field that is not known. */
export function readPage(request: ListRequest | undefined, kind: KeysetKind, allowOffset = false): ReadPage {
  if (request === undefined) return { limit: DEFAULT_PAGE_LIMIT, offset: 0, after: undefined };
  const { limit = DEFAULT_PAGE_LIMIT, cursor, offset = 0 } = request;
  for (const key of Object.keys(request)) {
    if (key !== 'limit' && key !== 'cursor' && !(allowOffset && key === 'offset'))
      refuse(key, 'is not a field that is known here');
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_LIMIT) {
    refuse('limit', `must be a whole number from 1 to ${MAX_PAGE_LIMIT}`);
  }
  if (!Number.isSafeInteger(offset) || offset < 0) refuse('offset', 'must be a whole number from 0');
  return { limit, offset, after: cursor === undefined ? undefined : decodeCursor(cursor, kind) };
}

/** The opaque text of a key: base64url of its JSON. */
export function encodeCursor(key: KeysetKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decodeCursor(cursor: string, kind: KeysetKind): KeysetKey {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    key = undefined;
  }
  const sound =
    Array.isArray(key) &&
    (kind === 'id'
      ? key.length === 1 && typeof key[0] === 'string'
      : key.length === 2 && Number.isSafeInteger(key[0]) && typeof key[1] === 'string');
  // Only the text that encodeCursor writes is taken: base64 decoders skip what they don't know.
  if (!sound || encodeCursor(key as KeysetKey) !== cursor) refuse('cursor', "must be a page's nextCursor");
  return key as KeysetKey;
}

function refuse(path: string, problem: string): never {
  throw new DataAdapterError('INVALID_ARGUMENT', `page: ${path} ${problem}`, {
    problems: [{ path, problem }],
  });
}
