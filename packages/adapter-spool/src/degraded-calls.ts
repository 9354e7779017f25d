import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import {
  DataAdapterError,
  checkFence,
  refused,
  throwIfAborted,
  type CallOptions,
  type Clock,
  type ErrorCode,
  type IdGenerator,
} from '@test-coordinator/ports';

import { isTransient, type Breaker } from './breaker.js';
import { COMMAND_TYPE, encodeCommand } from './command-codec.js';
import {
  recordsOf,
  writesOf,
  type AcceptedCommand,
  type Command,
  type CommandRecords,
  type Moved,
} from './commands.js';
import { KnownRecords } from './known-records.js';
import type { Spool } from './spool.js';
import { WaitingCommands } from './waiting-commands.js';
import { within } from './within.js';

/** The newest states that are known without the store. */
export interface Known {
  readonly scenarios: KnownRecords<Scenario>;
  readonly testRuns: KnownRecords<TestRun>;
  readonly chaosEvents: KnownRecords<ChaosEvent>;
  readonly testResults: KnownRecords<TestResult>;
}

export interface DegradedCallsContext {
  readonly spool: Pick<Spool, 'append' | 'maxPayloadBytes'>;
  readonly breaker: Pick<Breaker, 'state' | 'call'>;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** How long a write waits for the store before it goes to the spool. */
  readonly patienceMs: number;
  /** Told when something waits that the drainer should look at. */
  readonly onAppended: () => void;
  /** What is known outside of the unit of work whose calls these are. */
  readonly beneath?: Known | undefined;
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

/** What the store answers when it may have done what it was asked, or may still. */
const UNSURE: ReadonlySet<ErrorCode> = new Set(['UNKNOWN_OUTCOME', 'TIMEOUT']);

/** What a call ends with that has done nothing. */
const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set(['CAPACITY', 'UNAVAILABLE', 'CLOSED']);

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
  readonly known: Known;
  /** The first write that was refused. */
  refusal: Error | undefined;
  readonly #context: DegradedCallsContext;
  readonly #waiting = new WaitingCommands();
  /** The last judgement under way for each key: two completions are not judged against one state. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Why no call is let in. */
  #closed: string | undefined = 'the spooled store is not started; call start first';

  constructor(context: DegradedCallsContext) {
    this.#context = context;
    const { beneath } = context;
    this.known = {
      scenarios: new KnownRecords(({ scenarioId }) => scenarioId, beneath?.scenarios),
      testRuns: new KnownRecords(({ runId }) => runId, beneath?.testRuns),
      chaosEvents: new KnownRecords(({ eventId }) => eventId, beneath?.chaosEvents),
      testResults: new KnownRecords(({ resultId }) => resultId, beneath?.testResults),
    };
  }

  /** Whether these are the calls of a unit that waits: what is not known is absent to it. */
  get isUnit(): boolean {
    return this.#context.beneath !== undefined;
  }

  get isStoreThere(): boolean {
    return this.#context.breaker.state === 'closed';
  }

  get clock(): Clock {
    return this.#context.clock;
  }

  get ids(): IdGenerator {
    return this.#context.ids;
  }

  get hasWaiting(): boolean {
    return !this.#waiting.isEmpty;
  }

  /** No waiting command was accepted before; `undefined` when none waits. */
  get oldest(): Date | undefined {
    return this.#waiting.oldest;
  }

  isWaiting(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** To the store when it answers and nothing of the same key waits; otherwise into the spool. */
  async write<Answer extends object>(write: SpooledWrite<Answer>): Promise<Answer> {
    try {
      return await this.#write(write);
    } catch (error) {
      this.refusal ??= error as Error;
      throw error;
    }
  }

  async #write<Answer extends object>(write: SpooledWrite<Answer>): Promise<Answer> {
    const { options, key, needs = [], direct } = write;
    this.#checkOpen();
    throwIfAborted(options);
    checkFence(options);
    const mustWait = [key, ...needs].some((needed) => needed !== undefined && this.isWaiting(needed));
    let mayBeStored = false;
    if (!mustWait) {
      try {
        return await this.#ask(() => within(this.#context.patienceMs, direct));
      } catch (error) {
        if (!isTransient(error) || key === undefined) throw error;
        mayBeStored = UNSURE.has(error.code);
      }
    }
    try {
      return await this.#inTurn(write.turn ?? key!, () => this.#spool(write, key!));
    } catch (error) {
      throw mayBeStored && isNothingDone(error) ? unknownOutcome(error) : error;
    }
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
    const answer = await (this.isUnit ? call() : this.direct(undefined, call));
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
    this.#waiting.add(accepted);
    try {
      await spool.append(COMMAND_TYPE, payload);
    } catch (error) {
      this.#waiting.takeBack(accepted);
      throw error;
    }
    this.#learn(accepted);
    onAppended();
  }

  /** Calls that write for a unit: what they accept goes to `collect`, and they alone know it. */
  unit(collect: (payload: Buffer) => void): DegradedCalls {
    const { clock, ids, patienceMs } = this.#context;
    const spool = {
      maxPayloadBytes: Infinity,
      append: (_type: number, payload: Uint8Array) => {
        collect(payload as Buffer);
        return Promise.resolve(0);
      },
    };
    const breaker = { state: 'open', call: () => Promise.reject(storeAway()) } as const;
    const unit = new DegradedCalls({
      spool,
      breaker,
      clock,
      ids,
      patienceMs,
      onAppended: () => undefined,
      beneath: this.known,
    });
    unit.open();
    return unit;
  }

  /** Accepts the writes of a unit as one, and answers with the value that it made. */
  async acceptUnit<Value>(writes: readonly AcceptedCommand[], value: Value): Promise<Value> {
    const [first] = writes;
    if (first === undefined) return value;
    const command = { method: 'unitOfWork.run', writes } as const;
    const accepted = { command, acceptedAt: this.clock.now(), key: first.key };
    await this.#acceptWhole(accepted);
    if (typeof value === 'object' && value !== null) {
      spooledAnswers.add(value);
      degradedAnswers.add(value);
    }
    return value;
  }

  /** A command that a process before this one accepted. */
  restore(accepted: AcceptedCommand): void {
    this.#waiting.add(accepted);
    this.#learn(accepted);
  }

  /** Lets calls in: what waits is known now. */
  open(): void {
    this.#closed = undefined;
  }

  /** From now on, they are `CLOSED`. */
  close(): void {
    this.#closed = this.isUnit
      ? 'the unit of work is over; use the repositories while it runs'
      : 'the spooled store has been stopped';
  }

  /** What is known of its records is not so: the store refused it. */
  forget(accepted: AcceptedCommand): void {
    for (const write of writesOf(accepted)) this.#forget(write);
  }

  #forget({ command, moved }: AcceptedCommand): void {
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
  settle(accepted: AcceptedCommand): void {
    this.#waiting.settle(accepted);
  }

  async #spool<Answer extends object>(write: SpooledWrite<Answer>, key: string): Promise<Answer> {
    const acceptedAt = this.clock.now();
    const fence = write.options?.fence;
    if (write.isMove === true) this.#waiting.refuseStaleFence(key, fence);
    const { command, moved, answer } = refused(() => write.judge(acceptedAt));
    if (command === undefined) return this.degraded(answer);
    const accepted: AcceptedCommand = {
      command,
      acceptedAt,
      key,
      ...(fence !== undefined && { fence }),
      ...(moved !== undefined && { moved }),
    };
    await this.#acceptWhole(accepted);
    const told = this.degraded(answer);
    spooledAnswers.add(told);
    return told;
  }

  /** The store, unless it is taken to be away: whether it is back, the drainer finds out, and no caller waits for that. */
  #ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const { breaker } = this.#context;
    return breaker.state === 'closed' ? breaker.call(call) : Promise.reject(storeAway());
  }

  async #acceptWhole(accepted: AcceptedCommand): Promise<void> {
    const payload = encodeCommand(accepted);
    if (payload.length > this.#context.spool.maxPayloadBytes) {
      throw new DataAdapterError(
        'UNAVAILABLE',
        'the store is away and the batch is too large to wait; send smaller ones',
      );
    }
    await this.accept(accepted, payload);
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new DataAdapterError('CLOSED', this.#closed);
  }

  #learn(accepted: AcceptedCommand): void {
    this.#waiting.raiseFences(accepted);
    for (const write of writesOf(accepted)) this.#know(recordsOf(write));
  }

  #know({ scenarios, testRuns, chaosEvents, testResults }: CommandRecords): void {
    for (const record of scenarios) this.known.scenarios.put(record);
    for (const record of testRuns) this.known.testRuns.put(record);
    for (const record of chaosEvents) this.known.chaosEvents.put(record);
    for (const record of testResults) this.known.testResults.put(record);
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

function storeAway(): DataAdapterError {
  return new DataAdapterError('UNAVAILABLE', 'the store is away; try again later');
}

function isNothingDone(error: unknown): boolean {
  return DataAdapterError.is(error) && NOT_TAKEN.has(error.code);
}

function unknownOutcome(cause: unknown): DataAdapterError {
  const message =
    'the store did not answer and may hold the record, and the spool did not take it; try again with the same id';
  return new DataAdapterError('UNKNOWN_OUTCOME', message, { cause });
}
