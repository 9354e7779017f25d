import { AdapterFactory, buildServer, Metrics, type ServerOptions } from '@test-coordinator/coordinator';
import { silentLogger } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiDocument } from './api-document.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

export interface Call {
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** The JSON of an answer, as what the test expects it to be: the document has been asked whether it is. */
export function json<Shape = Record<string, unknown>>({ text }: Answer): Shape {
  return JSON.parse(text) as Shape;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of all servers: each would watch the event loop for itself. */
const metrics = new Metrics('1.2.3');

/** The JSON that was sent, as the document describes it; what is no JSON is described by its type alone. */
function sentJson(body: unknown, type: string | undefined): unknown {
  if (type === undefined) return body;
  if (type !== 'application/json') return undefined;
  return typeof body === 'string' ? parsed(body) : body;
}

/** The same for every server, and slow to compile. */
let sharedDocument: ApiDocument | undefined;

/** The API over a store in memory. Every answer is held to the OpenAPI document. */
export class ApiClient implements AsyncDisposable {
  private constructor(
    readonly factory: AdapterFactory,
    readonly server: Awaited<ReturnType<typeof buildServer>>,
    readonly document: ApiDocument,
  ) {}

  static async start(options: Partial<ServerOptions> = {}): Promise<ApiClient> {
    const factory = options.factory ?? AdapterFactory.useStub();
    await factory.start();
    const server = await buildServer({
      logger: silentLogger,
      version: '1.2.3',
      metrics,
      ...options,
      factory,
    });
    sharedDocument ??= new ApiDocument((await server.inject('/openapi.json')).payload);
    return new ApiClient(factory, server, sharedDocument);
  }

  async call(method: Method, url: string, { body, headers = {} }: Call = {}): Promise<Answer> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const answered = await this.server.inject({
      method,
      url,
      headers: { ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { payload: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const answer = { status: answered.statusCode, headers: answered.headers, text: answered.payload };
    const problem = this.document.problemOf(method, url, sentJson(body, headers['content-type']), answer);
    expect(problem, `${method} ${url} answered ${answer.text}`).to.equal(undefined);
    return answer;
  }

  /** Calls and expects a success, of which it gives the JSON. */
  async must<Shape = Record<string, unknown>>(method: Method, url: string, call: Call = {}): Promise<Shape> {
    const answer = await this.call(method, url, call);
    expect(answer.status, answer.text).to.be.within(200, 299);
    return answer.text === '' ? (undefined as Shape) : json<Shape>(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    await this.factory.stop();
  }
}
