/** One event of a stream of Server-Sent Events. */
export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Reads a stream of Server-Sent Events as the WHATWG HTML standard has it, as far as the API sends them: lines end with a
 * line feed, and an event has one line of data. Comments are left out.
 */
export async function* readServerSentEvents(pieces: AsyncIterable<string>): AsyncGenerator<ServerSentEvent> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(text.slice(0, end).split('\n').map(fieldOf));
      text = text.slice(end + 2);
      const data = fields.get('data');
      if (data !== undefined)
        yield { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data };
    }
  }
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}
