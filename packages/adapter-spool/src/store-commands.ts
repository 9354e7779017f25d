import type { NewTestResult } from '@test-coordinator/domain';
import { DataAdapterError, type CallOptions, type Repositories } from '@test-coordinator/ports';

import type { AcceptedCommand, Command } from './commands.js';
import type { ReplayClock } from './replay-clock.js';

/** An accepted command with its place in the spool. */
export interface WaitingCommand {
  readonly sequence: number;
  readonly accepted: AcceptedCommand;
}

/** A command that the store refused, or one result of many that it refused. */
export interface RefusedCommand {
  readonly sequence: number;
  readonly index: number;
  readonly accepted: AcceptedCommand;
  readonly error: DataAdapterError;
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
 * halving and told, and all others are stored. Rejects with the first error that is no refusal: then do all of it again.
 */
export async function storeCommands(
  store: Repositories,
  clock: ReplayClock,
  commands: readonly WaitingCommand[],
  onRefused: (refused: RefusedCommand) => Promise<void>,
): Promise<void> {
  let results: WaitingResult[] = [];
  const storeResults = async (): Promise<void> => {
    const batch = results;
    results = [];
    if (batch.length > 0) await storeHalves(store, clock, batch, onRefused);
  };
  for (const waiting of commands) {
    const { command, acceptedAt, fence } = waiting.accepted;
    if (command.method === 'testResults.bulkCreate') {
      for (const [index, result] of command.results.entries()) {
        if (results.push({ waiting, index, result }) === MOST_RESULTS) await storeResults();
      }
      continue;
    }
    await storeResults();
    try {
      await clock.at(acceptedAt, () => perform(store, command, fence === undefined ? {} : { fence }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await onRefused({ ...waiting, index: 0, error });
    }
  }
  await storeResults();
}

async function storeHalves(
  store: Repositories,
  clock: ReplayClock,
  batch: readonly WaitingResult[],
  onRefused: (refused: RefusedCommand) => Promise<void>,
): Promise<void> {
  const last = batch.at(-1)!;
  try {
    const results = batch.map(({ result }) => result);
    // One statement has one time: that of the last result, which is at most a batch later than that of the first.
    await clock.at(last.waiting.accepted.acceptedAt, () => store.testResults.bulkCreate(results));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (batch.length === 1) {
      const { waiting, index, result } = last;
      const accepted: AcceptedCommand = {
        ...waiting.accepted,
        command: { method: 'testResults.bulkCreate', results: [result] },
      };
      return onRefused({ sequence: waiting.sequence, index, accepted, error });
    }
    const middle = batch.length >>> 1;
    await storeHalves(store, clock, batch.slice(0, middle), onRefused);
    await storeHalves(store, clock, batch.slice(middle), onRefused);
  }
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
  }
}

/**
 * Whether the store judged the command itself, and would again. What it cannot tell (a fault of the store, a closed
 * one) may be over later: such records wait on, since nothing that was accepted is put aside for a reason that passes.
 */
function isRefusal(error: unknown): error is DataAdapterError {
  if (!DataAdapterError.is(error) || error.retryable) return false;
  return error.code !== 'CLOSED' && error.code !== 'INTERNAL' && error.code !== 'UNSUPPORTED';
}
