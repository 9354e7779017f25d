import { setTimeout as delay } from 'node:timers/promises';

import type { IdGenerator } from '@test-coordinator/ports';

import type { ApiClient, Reply } from './api-client.js';
import type { Creation, History, Outcome, RecordKind } from './history.js';
import { RandomChoice } from './random-choice.js';

export const SCENARIO_ID = 'torture';

/** Shared by all writers of a round. */
export interface WritersContext {
  readonly api: ApiClient;
  readonly history: History;
  readonly ids: IdGenerator;
  /** Nothing new is begun once it is aborted; what is under way is tried on. */
  readonly stop: AbortSignal;
  /** Not even that: nobody knows then what became of it. */
  readonly giveUp: AbortSignal;
  /** Characters that a single result carries along. */
  readonly padding: () => number;
}

/** Of calls without an id of their own: they are never sent twice. */
const MINTED = 0.15;
const RETRY_MS = [10, 80] as const;
/** A process that starts needs the processor more than sixteen who ask for it. */
const REFUSED_RETRY_MS = [200, 800] as const;
const STATUSES = ['passed', 'passed', 'passed', 'failed', 'skipped', 'error'] as const;
const PATHS = { run: '/api/v1/runs', event: '/api/v1/events', result: '/api/v1/results' } as const;
const ID_NAMES = { run: 'runId', event: 'eventId', result: 'resultId' } as const;
const NOON = '2026-03-04T12:00:00.000Z';

interface Sent {
  readonly outcome: Outcome;
  readonly body?: unknown;
}

/** Records runs with their events and results, one run after the other, and keeps what it was told. */
export class Writer {
  readonly #choice: RandomChoice;
  #calls = 0;

  constructor(
    private readonly context: WritersContext,
    /** Starts its marks. */
    private readonly name: string,
    seed: number,
  ) {
    this.#choice = new RandomChoice(seed);
  }

  async write(): Promise<void> {
    while (!this.context.stop.aborted) await this.#writeRun();
  }

  async #writeRun(): Promise<void> {
    const choice = this.#choice;
    const mark = this.#mark();
    const run = await this.#create('run', 0, {
      mark,
      content: {
        scenarioId: SCENARIO_ID,
        configurationSnapshot: { mark },
        ...(choice.chance(0.3) && { externalId: mark }),
      },
    });
    if (run?.outcome !== 'acknowledged') return;
    const runId = run.id!;
    if (choice.chance(0.8) && !(await this.#move('run', runId, 'start', 'running'))) return;
    const steps = choice.between(3, 9);
    for (let step = 1; step <= steps && !this.context.stop.aborted; step += 1)
      await this.#writeStep(runId, step);
    if (this.context.stop.aborted) return;
    const status = choice.pick(['passed', 'failed', 'error'] as const);
    const isDone = choice.chance(0.5)
      ? await this.#move('run', runId, 'complete', status, { status, exitCode: choice.between(0, 255) })
      : await this.#move('run', runId, 'record-completion', 'passed', { exitCode: 0, durationMs: 1_234 });
    if (isDone) await this.#readBack(runId);
  }

  async #writeStep(runId: string, step: number): Promise<void> {
    const choice = this.#choice;
    const kind = choice.between(1, 10);
    if (kind <= 5) {
      const together = choice.between(2, 8);
      await Promise.all(Array.from({ length: together }, () => this.#createResult(runId, step)));
    } else if (kind <= 8) await this.#createResults(runId, step, choice.between(40, 280));
    else await this.#createEvent(runId, step);
  }

  async #createEvent(runId: string, step: number): Promise<void> {
    const mark = this.#mark();
    const content = {
      runId,
      eventType: 'service_kill',
      targetService: 'matching-engine',
      injectedAt: NOON,
      parameters: { mark },
    };
    const event = await this.#create('event', step, { mark, content, runId });
    if (event?.outcome !== 'acknowledged') return;
    const eventId = event.id!;
    if (!(await this.#move('event', eventId, 'status', 'injected', { status: 'injected' }))) return;
    await this.#move('event', eventId, 'recovery', 'recovered', {});
  }

  async #createResult(runId: string, step: number): Promise<void> {
    const mark = this.#mark();
    const content = this.#result(runId, mark);
    const padding = this.context.padding();
    const errorDetails = padding > 0 ? { errorDetails: '.'.repeat(padding) } : {};
    await this.#create('result', step, {
      mark,
      content: { ...content, ...errorDetails },
      runId,
      status: content.status,
    });
  }

  async #createResults(runId: string, step: number, count: number): Promise<void> {
    const isMinted = this.#choice.chance(MINTED);
    const results = Array.from({ length: count }, () => ({
      ...(!isMinted && { resultId: this.context.ids.next() }),
      ...this.#result(runId, this.#mark()),
    }));
    const { outcome, body } = await this.#send(`${PATHS.result}/bulk`, { results }, isMinted);
    const answered = (body as { items?: readonly { readonly resultId: string }[] } | undefined)?.items;
    for (const [index, { resultId, correlationId: mark, status }] of results.entries()) {
      const told = answered?.[index]?.resultId;
      this.#compareIds(mark, resultId, told);
      this.context.history.created({
        kind: 'result',
        mark,
        id: told ?? resultId,
        isMinted,
        runId,
        status,
        step,
        outcome,
      });
    }
  }

  #result(runId: string, mark: string) {
    return {
      runId,
      assertionType: 'recovery_time',
      expectedValue: '<= 5 s',
      actualValue: mark,
      status: this.#choice.pick(STATUSES),
      verificationTime: NOON,
      correlationId: mark,
    };
  }

  async #create(
    kind: RecordKind,
    step: number,
    given: {
      readonly mark: string;
      readonly content: object;
      readonly runId?: string;
      readonly status?: string;
    },
  ): Promise<Creation | undefined> {
    const { mark, content, runId, status = 'pending' } = given;
    const idName = ID_NAMES[kind];
    const isMinted = this.#choice.chance(MINTED);
    const id = isMinted ? undefined : this.context.ids.next();
    const { outcome, body } = await this.#send(PATHS[kind], { ...content, [idName]: id }, isMinted);
    const told = (body as Readonly<Record<string, string>> | undefined)?.[idName];
    this.#compareIds(mark, id, told);
    const creation: Creation = {
      kind,
      mark,
      id: told ?? id,
      isMinted,
      ...(runId !== undefined && { runId }),
      status,
      step,
      outcome,
    };
    this.context.history.created(creation);
    return creation;
  }

  /** Answers whether it is certain that the move was made. */
  async #move(
    kind: 'run' | 'event',
    id: string,
    verb: string,
    to: string,
    content?: object,
  ): Promise<boolean> {
    const { outcome } = await this.#send(`${PATHS[kind]}/${id}/${verb}`, content);
    this.context.history.moved({ kind, id, to, outcome });
    return outcome === 'acknowledged';
  }

  /** What was acknowledged is found at once, unless the coordinator says that it cannot know. */
  async #readBack(runId: string): Promise<void> {
    const reply = await this.context.api.call('GET', `${PATHS.run}/${runId}`);
    if (reply.kind === 'refused') this.context.history.surprised(`run ${runId} is not found: ${reply.code}`);
    if (reply.kind !== 'done') return;
    const { status } = reply.body as { readonly status: string };
    if (status === 'pending' || status === 'running')
      this.context.history.surprised(`run ${runId} was completed and is read as ${status}`);
  }

  /**
   * Sends until the answer is certain. What has no id of its own is sent until it may have arrived: a second time it would be
   * a second record.
   */
  async #send(path: string, content: object | undefined, isOnce = false): Promise<Sent> {
    const { api, history, giveUp } = this.context;
    let outcome: Outcome = 'refused';
    while (!giveUp.aborted) {
      const reply: Reply = await api.call('POST', path, content);
      if (reply.kind === 'done') return { outcome: 'acknowledged', body: reply.body };
      if (reply.kind === 'unknown') outcome = 'unknown';
      if (reply.kind === 'refused') history.surprised(`${path}: a valid call was refused with ${reply.code}`);
      if (reply.kind === 'refused' || (isOnce && outcome === 'unknown')) break;
      const isAway = reply.kind === 'turned away' && reply.code === 'ECONNREFUSED';
      const [least, most] = isAway ? REFUSED_RETRY_MS : RETRY_MS;
      await delay(this.#choice.between(least, most));
    }
    return { outcome };
  }

  #compareIds(mark: string, given: string | undefined, told: string | undefined): void {
    if (given === undefined || told === undefined || given === told) return;
    this.context.history.surprised(`${mark} was given the id ${given} and answered as ${told}`);
  }

  #mark(): string {
    this.#calls += 1;
    return `${this.name}-${this.#calls.toString(36)}`;
  }
}
