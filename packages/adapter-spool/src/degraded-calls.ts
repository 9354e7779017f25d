import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import {
  DataAdapterError,
  checkFence,
  refused,
  throwIfAborted,
  type CallOptions,
  type Clock,
  type IdGenerator,
} from '@test-coordinator/ports';

import { isTransient, type Breaker } from './breaker.js';
import { COMMAND_TYPE, encodeCommand } from './command-codec.js';
import {
  recordsOf,
  type AcceptedCommand,
  type Command,
  type CommandRecords,
  type Moved,
} from './commands.js';
import { KnownRecords } from './known-records.js';
import type { Spool } from './spool.js';
import { within } from './within.js';

/** The newest states that are known without the store. */
export interface Known {
  readonly scenarios: KnownRecords<Scenario>;
  readonly testRuns: KnownRecords<TestRun>;
  readonly chaosEvents: KnownRecords<ChaosEvent>;
  readonly testResults: KnownRecords<TestResult>;
}

export interface DegradedCallsContext {
  readonly spool: Spool;
  readonly breaker: Breaker;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** How long a write waits for the store before it goes to the spool. */
  readonly patienceMs: number;
  /** Told when something waits that the drainer should look at. */
  readonly onAppended: () => void;
}

export interface SpooledWrite<Answer> {
  readonly options: CallOptions | undefined;
  /** Under which it counts as waiting: its run, or its scenario. Unknown for an event that nobody has seen. */
  readonly key: string | undefined;
  /** What must be stored before it. */
  readonly needs?: readonly string[];
  /** A state change, which an older fence than that of a waiting one refuses. */
  readonly isMove?: boolean;
  /** Calls of one turn are judged one after another. @default the key */
  readonly turn?: string | undefined;
  readonly direct: () => Promise<Answer>;
  /** Judges the call against the newest known state. @returns the command unless nothing changes, and the answer */
  readonly judge: (acceptedAt: Date) => {
    readonly command?: Command;
    readonly moved?: Moved;
    readonly answer: Answer;
  };
}

/** Answers that were made without the store, and the ones that only the spool has. */
const degradedAnswers = new WeakSet<object>();
const spooledAnswers = new WeakSet<object>();

/** Whether a read was answered from what is known here, while the store was away or had not everything. */
export function isDegraded(answer: object): boolean {
  return degradedAnswers.has(answer);
}

/** Whether a write was accepted by the spool, and the store gets it later. */
export function isSpooled(answer: object): boolean {
  return spooledAnswers.has(answer);
}

/** The ways in which a call goes: to the store, to the spool, or to what is known. */
export class DegradedCalls {
  readonly known: Known = {
    scenarios: new KnownRecords(({ scenarioId }) => scenarioId),
    testRuns: new KnownRecords(({ runId }) => runId),
    chaosEvents: new KnownRecords(({ eventId }) => eventId),
    testResults: new KnownRecords(({ resultId }) => resultId),
  };
  readonly #context: DegradedCallsContext;
  /** How many commands wait for each run, and for each scenario. */
  readonly #waiting = new Map<string, number>();
  /** The last judgement under way for each key: two completions are not judged against one state. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** The highest fence of a waiting state change, for each run that waits. */
  readonly #fences = new Map<string, number>();
  #oldest: Date | undefined;
  #isOpen = false;

  constructor(context: DegradedCallsContext) {
    this.#context = context;
  }

  get clock(): Clock {
    return this.#context.clock;
  }

  get ids(): IdGenerator {
    return this.#context.ids;
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** No waiting command was accepted before; `undefined` when none waits. */
  get oldest(): Date | undefined {
    return this.hasWaiting ? this.#oldest : undefined;
  }

  isWaiting(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** To the store when it answers and nothing of the same key waits; otherwise into the spool. */
  async write<Answer extends object>(write: SpooledWrite<Answer>): Promise<Answer> {
    const { options, key, needs = [], direct } = write;
    this.#checkOpen();
    throwIfAborted(options);
    checkFence(options);
    const mustWait = [key, ...needs].some((needed) => needed !== undefined && this.isWaiting(needed));
    if (!mustWait) {
      try {
        return await this.#ask(() => within(this.#context.patienceMs, direct));
      } catch (error) {
        if (!isTransient(error) || key === undefined) throw error;
      }
    }
    return this.#inTurn(write.turn ?? key!, () => this.#spool(write, key!));
  }

  /** To the store alone, and refused while something of the same key waits: it would overtake that. */
  async direct<Answer>(key: string | undefined, call: () => Promise<Answer>): Promise<Answer> {
    this.#checkOpen();
    if (key !== undefined && this.isWaiting(key)) {
      throw new DataAdapterError(
        'UNAVAILABLE',
        `records of ${key} wait to be stored; try again in a moment`,
        { id: key },
      );
    }
    return this.#ask(call);
  }

  /** A figure over many records: from the store alone, and marked as degraded while some wait. */
  async figure<Answer extends object>(call: () => Promise<Answer>): Promise<Answer> {
    const answer = await this.direct(undefined, call);
    return this.hasWaiting ? this.degraded(answer) : answer;
  }

  /** From the store, or from what is known when the store is away; that is marked as degraded. */
  async read<Answer extends object | null>(
    options: CallOptions | undefined,
    fromStore: () => Promise<Answer>,
    fromKnown: () => Answer,
  ): Promise<Answer> {
    this.#checkOpen();
    throwIfAborted(options);
    try {
      const answer = await this.#ask(fromStore);
      return this.hasWaiting ? this.degraded(answer) : answer;
    } catch (error) {
      if (!isTransient(error)) throw error;
      return this.degraded(fromKnown());
    }
  }

  /** The answer, marked. A copy: the same record may later be answered by a store that has everything. */
  degraded<Answer extends object | null>(answer: Answer): Answer {
    if (answer === null) return answer;
    const copy: object = Object.freeze(Array.isArray(answer) ? [...(answer as unknown[])] : { ...answer });
    degradedAnswers.add(copy);
    return copy as Answer;
  }

  /** Resolves once the command survives a power cut, and its records are known. */
  async accept(accepted: AcceptedCommand, payload: Buffer): Promise<void> {
    const { spool, onAppended } = this.#context;
    // Before it is there: the drainer may have it stored before this goes on.
    if (!this.hasWaiting) this.#oldest = accepted.acceptedAt;
    this.#count(accepted.key, 1);
    try {
      await spool.append(COMMAND_TYPE, payload);
    } catch (error) {
      this.#count(accepted.key, -1);
      throw error;
    }
    this.#raiseFence(accepted);
    this.#know(recordsOf(accepted));
    onAppended();
  }

  /** A command that a process before this one accepted. */
  restore(accepted: AcceptedCommand): void {
    if (!this.hasWaiting) this.#oldest = accepted.acceptedAt;
    this.#count(accepted.key, 1);
    this.#raiseFence(accepted);
    this.#know(recordsOf(accepted));
  }

  /** Lets calls in: what waits is known now. */
  open(): void {
    this.#isOpen = true;
  }

  /** What is known of its record is not so: the store refused it. */
  forget({ command, moved }: AcceptedCommand): void {
    const { scenarios, testRuns, chaosEvents, testResults } = this.known;
    if (command.method === 'scenarios.create') scenarios.forget(command.scenario.scenarioId);
    if (command.method === 'testRuns.create') testRuns.forget(command.run.runId!);
    if (command.method === 'chaosEvents.create') chaosEvents.forget(command.event.eventId!);
    if (command.method === 'testResults.bulkCreate')
      for (const { resultId } of command.results) testResults.forget(resultId!);
    if (moved?.run !== undefined) testRuns.forget(moved.run.runId);
    if (moved?.event !== undefined) chaosEvents.forget(moved.event.eventId);
  }

  /** The store has it, or refused it. */
  settle({ key, acceptedAt }: AcceptedCommand): void {
    // What comes behind it was accepted later.
    this.#oldest = acceptedAt;
    this.#count(key, -1);
  }

  async #spool<Answer extends object>(write: SpooledWrite<Answer>, key: string): Promise<Answer> {
    const { spool } = this.#context;
    const acceptedAt = this.clock.now();
    const fence = write.options?.fence;
    if (write.isMove === true) this.#refuseStaleFence(key, fence);
    const { command, moved, answer } = refused(() => write.judge(acceptedAt));
    if (command === undefined) return this.degraded(answer);
    const accepted: AcceptedCommand = {
      command,
      acceptedAt,
      key,
      ...(fence !== undefined && { fence }),
      ...(moved !== undefined && { moved }),
    };
    const payload = encodeCommand(accepted);
    if (payload.length > spool.maxPayloadBytes) {
      throw new DataAdapterError(
        'UNAVAILABLE',
        'the store is away and the batch is too large to wait; send smaller ones',
      );
    }
    await this.accept(accepted, payload);
    const told = this.degraded(answer);
    spooledAnswers.add(told);
    return told;
  }

  /** The store, unless it is taken to be away: whether it is back, the drainer finds out, and no caller waits for that. */
  #ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const { breaker } = this.#context;
    if (breaker.state === 'closed') return breaker.call(call);
    return Promise.reject(new DataAdapterError('UNAVAILABLE', 'the store is away; try again later'));
  }

  #checkOpen(): void {
    if (!this.#isOpen)
      throw new DataAdapterError('CLOSED', 'the spooled store is not started; call start first');
  }

  #know({ scenarios, testRuns, chaosEvents, testResults }: CommandRecords): void {
    for (const record of scenarios) this.known.scenarios.put(record);
    for (const record of testRuns) this.known.testRuns.put(record);
    for (const record of chaosEvents) this.known.chaosEvents.put(record);
    for (const record of testResults) this.known.testResults.put(record);
  }

  #count(key: string, by: number): void {
    const count = (this.#waiting.get(key) ?? 0) + by;
    if (count > 0) this.#waiting.set(key, count);
    else {
      this.#waiting.delete(key);
      // From here on the store judges.
      this.#fences.delete(key);
    }
  }

  #refuseStaleFence(key: string, fence: number | undefined): void {
    const seen = this.#fences.get(key) ?? 0;
    if (fence === undefined || fence >= seen) return;
    const message = `run ${key}: a newer execution lock has changed it; stop, or take the lock again`;
    throw new DataAdapterError('STALE_FENCE', message, { entity: 'run', id: key, details: { fence: seen } });
  }

  #raiseFence({ key, fence, moved }: AcceptedCommand): void {
    if (fence === undefined || moved === undefined || !this.isWaiting(key)) return;
    this.#fences.set(key, Math.max(fence, this.#fences.get(key) ?? 0));
  }

  async #inTurn<Answer>(key: string, work: () => Promise<Answer>): Promise<Answer> {
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.#turns.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    }
  }
}
