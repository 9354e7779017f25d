import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Script = (response: ServerResponse, asked: Asked, request: IncomingMessage) => void;

/** A server of HTTP that says what a test makes it say: what a coordinator never would, or seldom. */
export class ScriptedCoordinator implements AsyncDisposable {
  /** What was asked, but for the readiness that a start asks for. */
  readonly asked: Asked[] = [];
  /** What is done with the next requests, one each; the last one stays. */
  script: Script[] = [];

  private constructor(readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response);
    });
  }

  static async start(...script: Script[]): Promise<ScriptedCoordinator> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const scripted = new ScriptedCoordinator(server);
    scripted.script = script;
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const asked = { method, url, headers, body: await text(request) };
    if (url.endsWith('/readyz')) {
      json({ status: 'ok', durable: true, detail: 'Records are here.', adapters: [] })(
        response,
        asked,
        request,
      );
      return;
    }
    this.asked.push(asked);
    const next = this.script.length > 1 ? this.script.shift()! : this.script[0]!;
    next(response, asked, request);
  }
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Script {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

export function problem(status: number, body: object): Script {
  const told = { type: 'about:blank', title: 'Told', status, requestId: 'r', ...body };
  return json(told, status, { 'content-type': 'application/problem+json; charset=utf-8' });
}

/** The connection is reset when the request is there, and nothing is answered. */
export const lost: Script = (_response, _asked, request) => void request.socket.resetAndDestroy();

/** Nothing is answered, and the connection stays. */
export const silent: Script = () => undefined;
