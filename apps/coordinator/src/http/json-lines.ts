import type { FastifyInstance, FastifyRequest } from 'fastify';

import { isDegraded } from '@test-coordinator/adapter-spool';
import { DataAdapterError, type Page } from '@test-coordinator/ports';

import { HttpError } from './problem-details.js';

/** One JSON document a line, so that neither side needs to hold them all. */
export const JSON_LINES = 'application/x-ndjson';

/** A line holds one record, and none is as large by its own rules. A batch of 1000 lines is in memory at once. */
const MAX_LINE_BYTES = 262_144;
const LINE_FEED = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bodies of lines reach the routes that declare them as a stream, and no others. */
export function takeJsonLines(app: FastifyInstance): void {
  app.addContentTypeParser(JSON_LINES, (request, body, done) => {
    const declared = request.routeOptions.schema?.body as { readonly content?: object } | undefined;
    if (declared?.content !== undefined && JSON_LINES in declared.content) done(null, body);
    else
      done(
        new HttpError(415, 'INVALID_ARGUMENT', 'This route takes no lines of JSON: send application/json.'),
      );
  });
}

export function isJsonLines(request: FastifyRequest): boolean {
  return request.headers['content-type']?.split(';')[0]!.trim().toLowerCase() === JSON_LINES;
}

/**
 * The documents of the lines. A line feed at the end is none more.
 * @throws DataAdapterError `INVALID_ARGUMENT` with the place of a line that is none, as `results[0]` for the first.
 */
export async function* readJsonLines(
  pieces: AsyncIterable<Uint8Array>,
  parse: (text: string) => unknown,
): AsyncGenerator<unknown> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let index = 0;
  const documentOf = (bytes: Uint8Array): unknown => {
    try {
      return parse(utf8.decode(bytes));
    } catch {
      throw badLine(index, 'must be a line of JSON in UTF-8');
    }
  };
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, start)) {
      if (restBytes + end - start > MAX_LINE_BYTES) throw tooLong(index);
      yield documentOf(Buffer.concat([...rest, piece.subarray(start, end)]));
      rest = [];
      restBytes = 0;
      index += 1;
      start = end + 1;
    }
    rest.push(piece.subarray(start));
    restBytes += piece.length - start;
    if (restBytes > MAX_LINE_BYTES) throw tooLong(index);
  }
  if (restBytes > 0) yield documentOf(Buffer.concat(rest));
}

/** Fastify's own parser, which refuses keys that poison prototypes, for a text at a time. */
export function jsonParser(request: FastifyRequest): (text: string) => unknown {
  const parse = request.server.getDefaultJsonParser('error', 'error');
  return (text) => {
    let problem: Error | null = null;
    let value: unknown;
    void parse(request, text, (error, parsed) => {
      problem = error;
      value = parsed;
    });
    if (problem !== null) throw problem as Error;
    return value;
  };
}

/**
 * All pages from the first on, a page at a time: the next one is asked for when there is room for it. What the store
 * cannot tell in full any more breaks the lines off, so that nobody takes a part for the whole.
 */
export async function* linesOf<Item>(
  first: Page<Item>,
  next: (cursor: string) => Promise<Page<Item>>,
): AsyncGenerator<string> {
  for (let page = first; ; page = await next(page.nextCursor)) {
    if (isDegraded(page) && !isDegraded(first))
      throw new DataAdapterError('UNAVAILABLE', 'the store went away between two pages; read them again');
    if (page.items.length > 0) yield page.items.map((item) => `${JSON.stringify(item)}\n`).join('');
    if (page.nextCursor === null) return;
  }
}

function tooLong(index: number): DataAdapterError {
  return badLine(index, `must be a line of at most ${MAX_LINE_BYTES} bytes`);
}

function badLine(index: number, problem: string): DataAdapterError {
  const path = `results[${index}]`;
  return new DataAdapterError('INVALID_ARGUMENT', `${path} ${problem}`, { problems: [{ path, problem }] });
}
