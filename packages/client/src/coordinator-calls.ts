import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import {
  DataAdapterError,
  checkFence,
  refused,
  throwIfAborted,
  type CallOptions,
  type Logger,
} from '@test-coordinator/ports';

import { addressOf, type QueryFields } from './address.js';
import type { Freshness } from './freshness.js';
import type { HttpReply } from './http-exchange.js';
import type { HttpRequest, HttpStream, HttpTransport } from './http-transport.js';
import { OPERATIONS, type Operation, type OperationName } from './operations.js';
import { failureError, problemError, unexpected, type FailedCall } from './problem-error.js';
import { TransportFailure } from './transport-failure.js';

/** What a call asks for. */
export interface Asked {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: QueryFields;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly file?: string | Uint8Array | Readable;
  readonly headers?: Readonly<Record<string, string>>;
  /** The record that is made, for the error of a call without an answer. */
  readonly entity?: string;
  readonly id?: string;
}

export interface CallsContext {
  readonly transport: HttpTransport;
  readonly logger: Logger;
  readonly freshness: Freshness;
  readonly timeoutMs: number;
  readonly retries: number;
}

/** How a call is let in. */
export interface Admission {
  /** Of the life of the client, or of a holder that gives back what it has: let in also while it starts and stops. */
  readonly isOfLife?: boolean;
  /** A status that is an answer too, beside those of a success. */
  readonly takes?: number;
}

/** What a coordinator takes as the id of a request; it makes one of its own for any other. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;
const FIRST_PAUSE_MS = 50;

/**
 * The one way in which a port method asks the coordinator: refused when closed or aborted, sent again where that is safe,
 * its problem turned into an error of the ports, and logged. Counts what is under way, so that a stop can wait for it.
 */
export class CoordinatorCalls {
  readonly #context: CallsContext;
  /** Why no call is let in; `undefined` while they are. */
  #closed: string | undefined = 'is not started; call start first';
  #underWay = 0;
  #drained: (() => void) | undefined;

  constructor(context: CallsContext) {
    this.#context = context;
  }

  open(): void {
    this.#closed = undefined;
  }

  close(): void {
    this.#closed = 'has been stopped; build another one';
  }

  /** After `close`: resolves when the calls under way are over. */
  async drained(): Promise<void> {
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  /** @throws DataAdapterError `CLOSED` */
  assertOpen(): void {
    if (this.#closed !== undefined)
      throw new DataAdapterError('CLOSED', `the coordinator client ${this.#closed}`);
  }

  /**
   * @param ask Refuses bad arguments by throwing, and says what is asked for.
   * @param read Makes the answer of the JSON that came; what it throws is an answer that the API does not promise.
   */
  async ask<Answer>(
    operation: OperationName,
    options: CallOptions | undefined,
    ask: () => Asked,
    read: (json: unknown) => Answer,
    admission: Admission = {},
  ): Promise<Answer> {
    const reply = await this.reply(operation, options, ask, admission);
    const answer = readJson(reply, operation, read);
    this.#context.freshness.tell(answer, reply, operation);
    return answer;
  }

  /** As `ask`; `null` where there is no such record. */
  async find<Answer>(
    operation: OperationName,
    options: CallOptions | undefined,
    ask: () => Asked,
    read: (json: unknown) => Answer,
  ): Promise<Answer | null> {
    return this.ask(operation, options, ask, read).catch(orAbsent(null));
  }

  /** Whether it was done; `false` where there was nothing to do it to. */
  async isDone(
    operation: OperationName,
    options: CallOptions | undefined,
    ask: () => Asked,
    admission?: Admission,
  ): Promise<boolean> {
    return this.reply(operation, options, ask, admission).then(() => true, orAbsent(false));
  }

  /** Lets a call in that needs nothing of the coordinator to be answered. */
  async answer<Answer>(options: CallOptions | undefined, work: () => Answer): Promise<Answer> {
    this.#admit(options);
    return refused(work);
  }

  /** The answer as it came. */
  async reply(
    operation: OperationName,
    options: CallOptions | undefined,
    ask: () => Asked,
    { isOfLife = false, takes }: Admission = {},
  ): Promise<HttpReply> {
    this.#admit(options, isOfLife);
    const asked = refused(ask);
    const request = requestOf(operation, asked, options);
    return this.during(async () => {
      const reply = await this.#sendAgain(operation, asked, request, options);
      this.#log(operation, reply, options);
      const { status } = reply;
      if ((status >= 200 && status < 300) || status === takes) return reply;
      throw problemError(reply, { operation, mayBeDone: OPERATIONS[operation].effect !== 'read', ...asked });
    });
  }

  /** A stop waits for the work, which may be several calls. */
  async during<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#drained?.();
    }
  }

  /**
   * The answer of a stream, once its status is there. It does not count as under way.
   * @param silenceMs After so long without a byte, it is lost.
   */
  async stream(
    operation: OperationName,
    options: CallOptions | undefined,
    ask: () => Asked,
    silenceMs: number,
  ): Promise<HttpStream> {
    this.#admit(options);
    const { transport, timeoutMs } = this.#context;
    const request = requestOf(operation, refused(ask), options);
    const call: FailedCall = { operation, mayBeDone: false };
    const stream = await transport
      .open(request, { signal: options?.signal, timeoutMs }, silenceMs)
      .catch((error: unknown) => {
        throw error instanceof TransportFailure ? failureError(error, call) : error;
      });
    const { status, headers, body } = stream;
    if (status === 200) return stream;
    throw problemError({ status, headers, text: await textOf(body) }, call);
  }

  #admit(options: CallOptions | undefined, isOfLife = false): void {
    if (!isOfLife) this.assertOpen();
    if (options === undefined) return;
    throwIfAborted(options);
    checkFence(options);
  }

  async #sendAgain(
    operation: OperationName,
    { entity, id, file }: Asked,
    request: HttpRequest,
    options: CallOptions | undefined,
  ): Promise<HttpReply> {
    const { transport, timeoutMs, retries } = this.#context;
    const { effect }: Operation = OPERATIONS[operation];
    // A stream is read once.
    const most =
      file !== undefined && typeof file === 'object' && !(file instanceof Uint8Array) ? 0 : retries;
    const deadline = performance.now() + timeoutMs;
    let isSent = false;
    for (let tried = 0; ; tried += 1) {
      const signal = options?.signal;
      try {
        return await transport.exchange(request, {
          signal,
          timeoutMs: Math.max(1, deadline - performance.now()),
        });
      } catch (error) {
        if (!(error instanceof TransportFailure)) throw error;
        isSent ||= error.isSent;
        const isSafe = effect !== 'once' || !isSent;
        const pauseMs = FIRST_PAUSE_MS * 2 ** tried * (0.5 + Math.random());
        const hasTime = error.kind !== 'timeout' && performance.now() + pauseMs < deadline;
        if (tried >= most || !isSafe || !hasTime || error.kind === 'no HTTP')
          throw failureError(error, { operation, mayBeDone: effect !== 'read' && isSent, entity, id });
        await pause(pauseMs, signal);
      }
    }
  }

  #log(operation: OperationName, { status, headers }: HttpReply, options: CallOptions | undefined): void {
    const { logger } = this.#context;
    if (!logger.isDebugEnabled()) return;
    const answeredAs = headers['x-request-id'];
    const requestId = typeof answeredAs === 'string' ? answeredAs : options?.requestId;
    logger.debug({ operation, status, requestId, actor: options?.actor }, `${operation} answered`);
  }
}

function requestOf(operation: OperationName, asked: Asked, options: CallOptions | undefined): HttpRequest {
  const { method, path }: Operation = OPERATIONS[operation];
  const { requestId, fence } = options ?? {};
  const headers: Record<string, string> = { accept: 'application/json', ...asked.headers };
  if (asked.body !== undefined) headers['content-type'] = 'application/json';
  if (requestId !== undefined && REQUEST_ID.test(requestId)) headers['x-request-id'] = requestId;
  if (fence !== undefined) headers['fence'] = String(fence);
  return {
    method,
    path: addressOf(path, asked.path, asked.query),
    headers,
    body: asked.file ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body)),
  };
}

function readJson<Answer>(
  reply: HttpReply,
  operation: OperationName,
  read: (json: unknown) => Answer,
): Answer {
  try {
    return read(JSON.parse(reply.text));
  } catch (error) {
    // A refusal of the port itself, such as a value of another kind.
    if (DataAdapterError.is(error)) throw error;
    throw unexpected(
      { operation },
      error instanceof Error && !(error instanceof SyntaxError) ? error.message : 'no JSON',
    );
  }
}

function orAbsent<Absent>(absent: Absent): (error: unknown) => Absent {
  return (error) => {
    if (DataAdapterError.is(error) && error.code === 'NOT_FOUND') return absent;
    throw error;
  };
}

/** What came of the body: a refusal that breaks off is one all the same. */
async function textOf(stream: Readable): Promise<string> {
  return text(stream).catch(() => '');
}

/** Rejects with the reason of the signal. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, { ...(signal !== undefined && { signal }) }).catch(() =>
    signal?.throwIfAborted(),
  );
}
