import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';
import type { ActiveRunEvent, WatchOptions } from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import { fixtures } from '../fixtures.js';

/** How long what must come may take, unless a test says more. */
const PATIENCE_MS = 2_000;
/** The run of no test, whose state is published to see what comes before it. */
const MARKER_RUN = fixtures.id(9_999);

type Published = Extract<ActiveRunEvent, { kind: 'published' }>;

/** One watcher of a test: it ends with the test, and waits for no event for ever. */
export class Watcher implements AsyncDisposable {
  readonly #ports: Ports;
  readonly #iterator: AsyncIterator<ActiveRunEvent>;
  readonly #ending = new AbortController();

  constructor(ports: Ports, options: WatchOptions = {}) {
    this.#ports = ports;
    this.#iterator = ports.activeRuns
      .watch({ signal: this.#ending.signal, ...options })
      [Symbol.asyncIterator]();
  }

  /** The next event; fails when none comes in time, or the iteration has ended. */
  async next(): Promise<ActiveRunEvent> {
    const { done, value } = await this.step();
    if (done === true) throw new Error('the iteration has ended');
    return value;
  }

  /** The next step of the iteration, which must come in time. */
  step(patienceMs = PATIENCE_MS): Promise<IteratorResult<ActiveRunEvent, unknown>> {
    return inTime(this.#iterator.next(), 'no event came in time', patienceMs);
  }

  async take(count: number): Promise<readonly ActiveRunEvent[]> {
    const events: ActiveRunEvent[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }

  /** Everything that comes before the event of a state that is published now: with it, a watcher has surely started. */
  async upToNow(): Promise<readonly ActiveRunEvent[]> {
    const marker = await this.#ports.activeRuns.publish(MARKER_RUN, fixtures.progress());
    const events: ActiveRunEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (event.kind === 'published' && event.run.runId === MARKER_RUN) {
        if (event.run.version === marker!.version) return events;
      } else {
        events.push(event);
      }
    }
  }

  /** Aborts the signal of the watcher. */
  abort(): void {
    this.#ending.abort(new Error('the watcher went away'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
    if (this.#iterator.return !== undefined) await inTime(this.#iterator.return(), 'the watch did not end');
  }
}

/** What the call answers, unless that takes too long. */
async function inTime<Value>(
  call: Promise<Value>,
  problem: string,
  patienceMs = PATIENCE_MS,
): Promise<Value> {
  const timer = new AbortController();
  const tooLate = delay(patienceMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(problem);
  });
  try {
    return await Promise.race([call, tooLate]);
  } finally {
    timer.abort();
    await tooLate.catch(() => undefined);
  }
}

/** The next event, held to be that of a state. */
export async function nextPublished(watcher: Watcher): Promise<Published> {
  const event = await watcher.next();
  expect(event.kind, 'kind of the event').to.equal('published');
  return event as Published;
}

/** What an event says, in short: `published 1 injecting`, with the number of the run. */
export function summary(event: ActiveRunEvent): string {
  if (event.kind === 'gap') return 'gap';
  const runId = event.kind === 'published' ? event.run.runId : event.runId;
  const number = parseInt(runId.slice(-12), 16);
  return event.kind === 'published' ? `published ${number} ${event.run.phase}` : `cleared ${number}`;
}
