import type { NewTestResult } from '@test-coordinator/domain';
import {
  DataAdapterError,
  type CallOptions,
  type ErrorCode,
  type Repositories,
} from '@test-coordinator/ports';

import { auditBatches } from './audit-batches.js';
import type { AcceptedCommand, Command, WaitingCommand } from './commands.js';
import type { ReplayClock } from './replay-clock.js';
import type { RecordPorts } from './record-ports.js';

/** A command that the store refused, or one result of many that it refused. */
export interface RefusedCommand {
  readonly sequence: number;
  readonly index: number;
  readonly accepted: AcceptedCommand;
  readonly error: DataAdapterError;
}

export interface StoreCommandsContext {
  readonly store: RecordPorts;
  readonly clock: ReplayClock;
  readonly onRefused: (refused: RefusedCommand) => Promise<void>;
  /** Aborted: nothing more is stored, and nothing more is told. */
  readonly signal: AbortSignal;
}

/** Results in one statement of the store. */
const MOST_RESULTS = 1_000;

interface WaitingResult {
  readonly waiting: WaitingCommand;
  readonly index: number;
  readonly result: NewTestResult;
}

/**
 * Stores commands in their order; results that follow one another in one statement. What the store refuses is found by
 * halving and told, and all others are stored. Audit entries go first, those of a chain together: an attempt is there
 * before what was attempted, and results that follow one another are not held apart by what tells of them. Rejects with the first error that is no refusal: then do all of it again.
 *
 * A fault of the store (`INTERNAL`) is taken for a refusal when others of its method are stored: else a record
 * that a store cannot digest would hold up all that is behind it.
 */
export async function storeCommands(
  context: StoreCommandsContext,
  commands: readonly WaitingCommand[],
): Promise<void> {
  await new Storing(context, commands).store();
}

class Storing {
  /** Of which at least one command was stored. */
  readonly #stored = new Set<Command['method']>();
  readonly #faulty: RefusedCommand[] = [];

  constructor(
    private readonly context: StoreCommandsContext,
    private readonly commands: readonly WaitingCommand[],
  ) {}

  async store(): Promise<void> {
    await this.#storeAudit();
    let results: WaitingResult[] = [];
    const storeResults = async (): Promise<void> => {
      const batch = results;
      results = [];
      if (batch.length > 0) await this.#storeResults(batch);
    };
    for (const waiting of this.commands) {
      const { command } = waiting.accepted;
      if (command.method === 'testResults.bulkCreate') {
        for (const [index, result] of command.results.entries()) {
          if (results.push({ waiting, index, result }) === MOST_RESULTS) await storeResults();
        }
      } else if (command.method !== 'auditLog.append') {
        await storeResults();
        await this.#storeOne(waiting);
      }
    }
    await storeResults();
    const unsure = this.#faulty.find(({ accepted }) => !this.#stored.has(accepted.command.method));
    if (unsure !== undefined) throw unsure.error;
    for (const faulty of this.#faulty) await this.#refuse(faulty);
  }

  async #storeAudit(): Promise<void> {
    const { store, signal } = this.context;
    for (const batch of auditBatches(this.commands)) {
      signal.throwIfAborted();
      try {
        await store.auditLog.append(batch.flatMap(({ entries }) => entries));
        this.#stored.add('auditLog.append');
      } catch (error) {
        if (batch.length === 1 || !(isRefusal(error) || isFault(error)))
          await this.#judge({ ...batch[0]!.waiting, index: 0 }, error);
        else for (const { waiting } of batch) await this.#storeOne(waiting);
      }
    }
  }

  async #storeOne(waiting: WaitingCommand): Promise<void> {
    const { store, clock, signal } = this.context;
    const { command } = waiting.accepted;
    signal.throwIfAborted();
    try {
      if (command.method === 'unitOfWork.run')
        await store.unitOfWork.run(async (repositories) => {
          for (const write of command.writes) await performAt(repositories, clock, write, true);
        });
      else if (command.method === 'auditLog.append') await store.auditLog.append(command.entries);
      else await performAt(store, clock, waiting.accepted, false);
      this.#stored.add(command.method);
    } catch (error) {
      if (isOvertaken(error) && (await this.#wasStoredBefore(waiting))) return;
      await this.#judge({ ...waiting, index: 0 }, error);
    }
  }

  async #storeResults(batch: readonly WaitingResult[]): Promise<void> {
    const { store, clock, signal } = this.context;
    const { waiting, index, result } = batch.at(-1)!;
    const { acceptedAt } = waiting.accepted;
    signal.throwIfAborted();
    try {
      const results = batch.map((each) => each.result);
      // One statement has one time: that of the last result, which is at most a batch later than that of the first.
      await clock.at(acceptedAt, () => store.testResults.bulkCreate(results));
      this.#stored.add('testResults.bulkCreate');
    } catch (error) {
      if (batch.length > 1 && (isRefusal(error) || isFault(error))) {
        const middle = batch.length >>> 1;
        await this.#storeResults(batch.slice(0, middle));
        await this.#storeResults(batch.slice(middle));
        return;
      }
      const command = { method: 'testResults.bulkCreate', results: [result] } as const;
      await this.#judge(
        { sequence: waiting.sequence, index, accepted: { ...waiting.accepted, command } },
        error,
      );
    }
  }

  async #judge(command: Omit<RefusedCommand, 'error'>, error: unknown): Promise<void> {
    if (isFault(error)) this.#faulty.push({ ...command, error });
    else if (isRefusal(error)) await this.#refuse({ ...command, error });
    else throw error;
  }

  #refuse(command: RefusedCommand): Promise<void> {
    this.context.signal.throwIfAborted();
    return this.context.onRefused(command);
  }

  /**
   * Whether a process that died before it could write that down has stored the move, and moves of the same record behind
   * it: then the record is exactly as one of those left it.
   */
  async #wasStoredBefore(waiting: WaitingCommand): Promise<boolean> {
    const { testRuns, chaosEvents } = this.context.store;
    const { run, event } = waiting.accepted.moved ?? {};
    const later = this.commands.filter(({ sequence }) => sequence > waiting.sequence);
    if (run !== undefined) {
      const stored = await testRuns.getById(run.runId);
      return later.some(({ accepted: { moved } }) => isState(moved?.run, stored, 'runId'));
    }
    if (event === undefined) return false;
    const stored = await chaosEvents.getById(event.eventId);
    return later.some(({ accepted: { moved } }) => isState(moved?.event, stored, 'eventId'));
  }
}

/** @param isInUnit Then the scenarios that it made were not known to it: one that is there stays as it is. */
function performAt(
  store: Repositories,
  clock: ReplayClock,
  { command, acceptedAt, fence }: AcceptedCommand,
  isInUnit: boolean,
): Promise<unknown> {
  const options = fence === undefined ? {} : { fence };
  return clock.at(acceptedAt, async () => {
    if (isInUnit && command.method === 'scenarios.create') {
      const { scenarioId } = command.scenario;
      if ((await store.scenarios.getById(scenarioId)) !== null) return;
    }
    await perform(store, command, options);
  });
}

function perform(store: Repositories, command: Command, options: CallOptions): Promise<unknown> {
  const { scenarios, testRuns, chaosEvents, testResults } = store;
  switch (command.method) {
    case 'scenarios.create':
      return scenarios.create(command.scenario, options);
    case 'testRuns.create':
      return testRuns.create(command.run, options);
    case 'testRuns.startRun':
      return testRuns.startRun(command.runId, options);
    case 'testRuns.completeRun':
      return testRuns.completeRun(command.runId, command.status, command.details, options);
    case 'testRuns.recordCompletion':
      return testRuns.recordCompletion(command.runId, command.exitCode, command.durationMs, options);
    case 'testRuns.updateStatus':
      return testRuns.updateStatus(command.runId, command.status, options);
    case 'chaosEvents.create':
      return chaosEvents.create(command.event, options);
    case 'chaosEvents.updateStatus':
      return chaosEvents.updateStatus(command.eventId, command.status, options);
    case 'chaosEvents.recordRecovery':
      return chaosEvents.recordRecovery(command.eventId, command.recovery, options);
    case 'testResults.bulkCreate':
      return testResults.bulkCreate(command.results, options);
    case 'unitOfWork.run':
    case 'auditLog.append':
      throw new TypeError('a unit holds writes of records alone');
  }
}

/** Whether the record that a move left is the one that is stored. */
function isState<Entry extends { readonly version: number; readonly status: string }>(
  moved: Entry | undefined,
  stored: Entry | null,
  id: keyof Entry,
): boolean {
  return (
    moved?.[id] === stored?.[id] && moved?.version === stored?.version && moved?.status === stored?.status
  );
}

/** What a move is refused with whose record has moved on. */
function isOvertaken(error: unknown): boolean {
  return DataAdapterError.is(error) && (error.code === 'ILLEGAL_TRANSITION' || error.code === 'STALE_FENCE');
}

/** What says nothing about the command that was tried. */
const NOT_OF_THE_COMMAND: ReadonlySet<ErrorCode> = new Set([
  'INTERNAL',
  'CLOSED',
  'UNSUPPORTED',
  // Commands name no version: somebody else wrote the same records in this moment.
  'VERSION_CONFLICT',
]);

/** Whether the store judged the command itself, and would again. */
function isRefusal(error: unknown): error is DataAdapterError {
  return DataAdapterError.is(error) && !error.retryable && !NOT_OF_THE_COMMAND.has(error.code);
}

function isFault(error: unknown): error is DataAdapterError {
  return DataAdapterError.is(error) && error.code === 'INTERNAL';
}
