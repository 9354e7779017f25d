import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';

import type { ReadClientSettings } from './client-settings.js';
import { TransportFailure } from './transport-failure.js';

/** A request as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** With its query, percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent in chunks and once. */
  readonly body?: string | Uint8Array | Readable | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Limits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** HTTP/1.1 over connections that stay open. Rejects with a `TransportFailure`, or with the reason of the signal. */
export class HttpTransport {
  readonly #url: URL;
  readonly #pathPrefix: string;
  readonly #authorization: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent;
  /** Streams stay open for hours: they must not take the connections of calls. */
  readonly #streams: HttpAgent;

  constructor({ url, apiKey, maxConnections }: ReadClientSettings) {
    const Agent = url.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.#url = url;
    this.#pathPrefix = url.pathname.replace(/\/+$/, '');
    this.#authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: maxConnections,
      scheduling: 'lifo',
      noDelay: true,
    });
    this.#streams = new Agent({ noDelay: true });
  }

  /** Sends the request, and reads the whole answer. */
  exchange(request: HttpRequest, limits: Limits): Promise<HttpReply> {
    return this.#send(request, limits, this.#agent, (incoming, settle, fail) => {
      let text = '';
      incoming
        .setEncoding('utf8')
        .on('data', (piece: string) => {
          text += piece;
        })
        .on('error', fail)
        .on('end', () => settle({ status: incoming.statusCode!, headers: incoming.headers, text }));
    });
  }

  /** Sends the request, and answers once the status is there. The time limit ends with that, and the signal does not. */
  open(request: HttpRequest, limits: Limits): Promise<IncomingMessage> {
    return this.#send(request, limits, this.#streams, (incoming, settle) => settle(incoming));
  }

  /** Ends idle connections, and what is still open. */
  close(): void {
    this.#agent.destroy();
    this.#streams.destroy();
  }

  #send<Answer>(
    { method, path, headers, body }: HttpRequest,
    { signal, timeoutMs }: Limits,
    agent: HttpAgent,
    answered: (
      incoming: IncomingMessage,
      settle: (answer: Answer) => void,
      fail: (error: unknown) => void,
    ) => void,
  ): Promise<Answer> {
    const { protocol, hostname, port } = this.#url;
    const outgoing = (protocol === 'https:' ? httpsRequest : httpRequest)({
      // The brackets of an IPv6 address belong to the URL alone.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path: this.#pathPrefix + path,
      headers: { ...this.#authorization, ...headers },
      agent,
    });
    return new Promise<Answer>((resolve, reject) => {
      // What waits for a connection, or for one to be made and trusted, has not left this process.
      let isSent = false;
      outgoing.once('socket', (socket) => {
        const ready = protocol === 'https:' ? 'secureConnect' : 'connect';
        if (socket.connecting) socket.once(ready, () => (isSent = true));
        else isSent = true;
      });
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        reject(signal?.aborted === true ? signal.reason : failureOf(error, isSent));
        outgoing.destroy();
      };
      const aborted = (): void => fail(signal?.reason);
      const timer = setTimeout(() => fail(new TransportFailure('timeout', isSent)), timeoutMs);
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        resolve(answer);
      };
      signal?.addEventListener('abort', aborted);
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => answered(incoming, settle, fail));
      if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
      else body.on('error', fail).pipe(outgoing);
    });
  }
}

function failureOf(error: unknown, isSent: boolean): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return new TransportFailure('no HTTP', true, error);
  return new TransportFailure(isSent ? 'lost' : 'not reached', isSent, error);
}
