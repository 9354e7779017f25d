import type { Dispatcher } from 'undici';

import { TransportFailure } from './transport-failure.js';

/** By their names in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly text: string;
}

export interface Limits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** One request and its whole answer, as undici tells of it: settled once, in time, and whether it has left this process. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Absent until there is a connection: what waits for one, or for one to be made and trusted, has not left this process. */
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status = 0;
  #headers: ReplyHeaders = {};
  readonly #pieces: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly limits: Limits,
    private readonly resolve: (reply: HttpReply) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    this.#timer = setTimeout(
      () => this.#fail(new TransportFailure('timeout', this.#isSent)),
      limits.timeoutMs,
    );
    limits.signal?.addEventListener('abort', this.#aborted);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It was given up while it waited.
    if (this.#isOver) controller.abort(new TransportFailure('not reached', false));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ReplyHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#pieces.push(piece);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#end();
    const [first, ...others] = this.#pieces;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#pieces);
    this.resolve({ status: this.#status, headers: this.#headers, text: bytes?.toString() ?? '' });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(failureOf(error, this.#isSent));
  }

  get #isSent(): boolean {
    return this.#controller !== undefined;
  }

  readonly #aborted = (): void => this.#fail(this.limits.signal?.reason);

  #fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#end();
    const { signal } = this.limits;
    this.reject(signal?.aborted === true ? signal.reason : reason);
    this.#controller?.abort(new TransportFailure('lost', true));
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.limits.signal?.removeEventListener('abort', this.#aborted);
  }
}

const TIME_LIMITS: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);

export function failureOf(error: unknown, isSent: boolean): TransportFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return new TransportFailure('no HTTP', true, error);
  if (TIME_LIMITS.has(code)) return new TransportFailure('timeout', isSent, error);
  return new TransportFailure(isSent ? 'lost' : 'not reached', isSent, error);
}
