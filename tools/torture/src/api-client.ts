import { Agent, request } from 'node:http';

/**
 * What came of a request. `turned away`: it is certain that nothing was done, and the same may be tried again. `refused`:
 * the request itself was judged. `unknown`: sent, and nobody knows.
 */
export type Reply =
  | { readonly kind: 'done'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'turned away' | 'refused' | 'unknown'; readonly code: string };

/** Codes of 503 that say that nothing was done. */
const NOTHING_DONE: ReadonlySet<string> = new Set(['CAPACITY', 'UNAVAILABLE', 'CLOSED']);

/** An HTTP client that gives up on an answer after a while and says exactly what is known then. */
export class ApiClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 });
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly port: number,
    private readonly timeoutMs: number,
  ) {}

  /** How often each status, code and failure of a connection was seen so far. */
  count(what: string): number {
    return this.#seen.get(what) ?? 0;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#seen;
  }

  async call(method: 'GET' | 'POST', path: string, content?: object): Promise<Reply> {
    const reply = await this.#send(method, path, content);
    const what = reply.kind === 'done' ? `${reply.status}` : reply.code;
    this.#seen.set(what, this.count(what) + 1);
    return reply;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, content: object | undefined): Promise<Reply> {
    return new Promise((resolve) => {
      const text = content === undefined ? undefined : JSON.stringify(content);
      const headers =
        text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const sent = request({ host: '127.0.0.1', port: this.port, method, path, headers, agent: this.#agent });
      sent.setTimeout(this.timeoutMs, () => sent.destroy(new Error('no answer in time')));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const code = error.code ?? 'no answer in time';
        resolve({ kind: code === 'ECONNREFUSED' ? 'turned away' : 'unknown', code });
      });
      sent.on('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        // An answer that breaks off has told nothing.
        response.on('error', (error: NodeJS.ErrnoException) =>
          resolve({ kind: 'unknown', code: error.code ?? 'broken off' }),
        );
        response.on('end', () => resolve(replyOf(response.statusCode ?? 0, Buffer.concat(pieces))));
      });
      sent.end(text);
    });
  }
}

function replyOf(status: number, bytes: Buffer): Reply {
  const body = jsonOf(bytes);
  if (status >= 200 && status < 300) return { kind: 'done', status, body };
  const code = (body as { readonly code?: string } | undefined)?.code ?? `${status}`;
  if (status >= 400 && status < 500) return { kind: 'refused', code: `${status} ${code}` };
  return { kind: NOTHING_DONE.has(code) ? 'turned away' : 'unknown', code };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
