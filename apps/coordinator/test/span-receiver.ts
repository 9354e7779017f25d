import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SecretText } from '@test-coordinator/settings';

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly Attribute[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/** Takes spans by OTLP over HTTP, in this process. */
export class SpanReceiver implements AsyncDisposable {
  readonly #server: Server;
  readonly bodies: string[] = [];
  /** Takes the request and never answers. */
  isHung = false;

  private constructor() {
    this.#server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        this.bodies.push(Buffer.concat(pieces).toString());
        if (!this.isHung) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<SpanReceiver> {
    const receiver = new SpanReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get endpoint(): SecretText {
    const { port } = this.#server.address() as AddressInfo;
    return new SecretText(`http://127.0.0.1:${port}/v1/traces`);
  }

  get #exports(): readonly Export[] {
    return this.bodies.map((body) => JSON.parse(body) as Export);
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#exports.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  get resource(): Readonly<Record<string, unknown>> {
    return attributesOf(this.#exports[0]!.resourceSpans[0]!.resource);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** By their keys, whatever their type is. */
export function attributesOf({
  attributes,
}: Pick<ReceivedSpan, 'attributes'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
