import { setTimeout as delay } from 'node:timers/promises';

import {
  checkUuid,
  checkWatchOptions,
  readPage,
  readRunProgress,
  type ActiveRun,
  type ActiveRunEvent,
  type ActiveRuns,
  type CallOptions,
  type Page,
  type PageRequest,
  type RunProgress,
  type WatchOptions,
} from '@test-coordinator/ports';

import { fieldsOf, pageReader, readActiveRun } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';
import { unexpected } from './problem-error.js';
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.js';

const readActiveRuns = pageReader(readActiveRun);
const EVENT_STREAM = 'text/event-stream';
/** The coordinator says every 15 s that it is still there. */
const SILENCE_MS = 45_000;
/** As a coordinator asks those who come back to wait. */
const RESUMED_AFTER_MS = 1_000;

/** Live states over HTTP, watched by Server-Sent Events. */
export class HttpActiveRuns implements ActiveRuns {
  readonly #calls: CoordinatorCalls;
  readonly #closing = new AbortController();

  constructor(calls: CoordinatorCalls) {
    this.#calls = calls;
  }

  publish(runId: string, progress: RunProgress, options?: CallOptions): Promise<ActiveRun | null> {
    const ask = (): Asked => ({ ...about(runId), body: readRunProgress(progress) });
    return this.#calls.find('publishLiveRun', options, ask, readActiveRun);
  }

  get(runId: string, options?: CallOptions): Promise<ActiveRun | null> {
    return this.#calls.find('watchLiveRun', options, () => about(runId), readActiveRun);
  }

  list(page?: PageRequest, options?: CallOptions): Promise<Page<ActiveRun>> {
    const ask = (): Asked => {
      readPage(page, 'id');
      return { query: { ...page } };
    };
    return this.#calls.ask('listLiveRuns', options, ask, readActiveRuns);
  }

  clear(runId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.isDone('clearLiveRun', options, () => about(runId));
  }

  /** A stream that breaks off is resumed behind its last event; where the coordinator cannot be reached, the next step rejects. */
  watch(options: WatchOptions = {}): AsyncIterable<ActiveRunEvent> {
    return this.#watch({ ...options });
  }

  /** Ends the watches: their next step is `CLOSED`. */
  close(): void {
    this.#closing.abort();
  }

  async *#watch({ runId, after, signal, ...options }: WatchOptions): AsyncGenerator<ActiveRunEvent> {
    const isOver = (): boolean => {
      if (signal?.aborted === true) return true;
      this.#calls.assertOpen();
      return false;
    };
    if (isOver()) return;
    checkWatchOptions({ runId, after });
    const ending = AbortSignal.any(
      signal === undefined ? [this.#closing.signal] : [signal, this.#closing.signal],
    );
    for (let last = after; ;) {
      const events = this.#events(runId, last, { ...options, signal: ending });
      try {
        for (;;) {
          // What the end of the watch breaks is no failure of it.
          const step = await events.next().catch((error: unknown) => {
            if (ending.aborted) return undefined;
            throw error;
          });
          if (isOver()) return;
          if (step?.done !== false) break;
          last = step.value.id;
          yield step.value;
          if (isOver()) return;
        }
      } finally {
        await events.return(undefined);
      }
      await delay(RESUMED_AFTER_MS, undefined, { signal: ending, ref: false }).catch(() => undefined);
      if (isOver()) return;
    }
  }

  /** The events of one stream. It ends when the stream does, however that happens. */
  async *#events(
    runId: string | undefined,
    after: string | undefined,
    options: CallOptions,
  ): AsyncGenerator<ActiveRunEvent> {
    const operation = runId === undefined ? 'listLiveRuns' : 'watchLiveRun';
    const ask = (): Asked => ({
      ...(runId !== undefined && { path: { runId } }),
      headers: { accept: EVENT_STREAM, ...(after !== undefined && { 'last-event-id': after }) },
    });
    const { body } = await this.#calls.stream(operation, options, ask, SILENCE_MS);
    try {
      for await (const event of readServerSentEvents(untilLost(body.setEncoding('utf8')))) {
        const told = activeRunEvent(event);
        if (told !== undefined) yield told;
      }
    } finally {
      body.destroy();
    }
  }
}

/** A stream that is lost has ended: what was missed is asked for again. */
async function* untilLost(stream: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* stream;
  } catch {
    return;
  }
}

/** The event of a watch; `undefined` for a kind that is not known here. */
function activeRunEvent({ id, event, data }: ServerSentEvent): ActiveRunEvent | undefined {
  try {
    const told: unknown = JSON.parse(data);
    if (event === 'published') return Object.freeze({ kind: event, id, run: readActiveRun(told) });
    if (event === 'gap') return Object.freeze({ kind: event, id });
    const { runId } = fieldsOf(told);
    return event === 'cleared' && typeof runId === 'string'
      ? Object.freeze({ kind: event, id, runId })
      : undefined;
  } catch {
    throw unexpected({ operation: 'watchLiveRun' }, `an event ${event} that cannot be read`);
  }
}

function about(runId: string): Asked {
  checkUuid(runId, 'runId');
  return { path: { runId }, entity: 'live run', id: runId };
}
