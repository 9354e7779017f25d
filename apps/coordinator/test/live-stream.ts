import { once } from 'node:events';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';

import { eventually } from './eventually.js';

export interface LiveEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * A client of Server-Sent Events of its own, so that the product's reader is not its own judge. Not by `fetch`, which
 * opens another connection when one is aborted, and keeps it.
 */
export class LiveStream implements AsyncDisposable {
  #text = '';
  readonly #closed: Promise<void>;

  private constructor(
    private readonly request: ClientRequest,
    response: IncomingMessage,
  ) {
    this.contentType = response.headers['content-type'] ?? '';
    response.setEncoding('utf8').on('data', (text: string) => (this.#text += text));
    // What the abort of this client breaks is no failure here.
    response.on('error', () => undefined);
    this.#closed = new Promise((resolve) => response.on('close', resolve));
  }

  readonly contentType: string;

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<LiveStream> {
    const request = get(url, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the stream was refused with ${response.statusCode}`);
    request.on('error', () => undefined);
    return new LiveStream(request, response);
  }

  /** The first so many events, once they are there. */
  async events(count: number): Promise<readonly LiveEvent[]> {
    await eventually(`${count} events have come`, () => this.#events().length >= count);
    return this.#events().slice(0, count);
  }

  /** Resolves when the server has ended the stream. */
  async ended(): Promise<void> {
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.request.destroy();
    await this.#closed;
  }

  #events(): readonly LiveEvent[] {
    return [...this.#text.matchAll(/^id: (.+)\nevent: (.+)\ndata: (.+)\n\n/gm)].map(
      ([, id, event, data]) => ({
        id: id!,
        event: event!,
        data: data!,
      }),
    );
  }
}
