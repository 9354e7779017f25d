import { createStubAdapter, type StubAdapter, type StubSettings } from '@test-coordinator/adapter-stub';
import { fixtures, ManualClock, SequentialIds } from '@test-coordinator/contract-tests';
import type { TestRun } from '@test-coordinator/domain';
import { DataAdapterError, type ErrorCode, type Logger } from '@test-coordinator/ports';

export interface OpenedAdapter {
  readonly adapter: StubAdapter;
  readonly clock: ManualClock;
}

/** A started adapter on a clock that is moved by hand. */
export async function openAdapter(settings: StubSettings = {}, logger?: Logger): Promise<OpenedAdapter> {
  const clock = new ManualClock();
  const adapter = createStubAdapter({ clock, ids: new SequentialIds(), logger, settings });
  await adapter.start();
  return { adapter, clock };
}

/** Records the scenario of the fixtures and a run of it. */
export async function recordRun(
  { ports }: StubAdapter,
  fields: Parameters<typeof fixtures.testRun>[0] = {},
): Promise<TestRun> {
  await ports.scenarios.create(fixtures.scenario());
  return ports.testRuns.create(fixtures.testRun(fields));
}

/** The code with which a call was refused; `undefined` when it was answered. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (DataAdapterError.is(error)) return error.code;
    throw error;
  }
}
