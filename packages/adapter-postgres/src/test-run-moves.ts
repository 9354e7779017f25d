import { RUN_MOVES, sourcesOf, type RunStatus, type TestRun } from '@test-coordinator/domain';
import { refused, type CallOptions } from '@test-coordinator/ports';

import {
  guardedChange,
  disagreement,
  notFound,
  sendChange,
  staleFence,
  type FenceClauses,
  type GuardedChange,
} from './record-changes.js';
import type { RecordTable } from './record-table.js';
import type { Session } from './session.js';

interface Move {
  readonly status: RunStatus;
  readonly now: Date;
}
interface Completion extends Move {
  readonly exitCode?: number | null | undefined;
  readonly errorMessage?: string | null | undefined;
  /** Told by the caller; otherwise it is the time since the start. */
  readonly durationMs?: number;
}

/** `$2` is the caller's fence. */
const RUN_FENCE: FenceClauses = {
  tables: '',
  set: ', fence = COALESCE($2::bigint, t.fence)',
  guard: '($2::bigint IS NULL OR t.fence IS NULL OR t.fence <= $2)',
  seen: 'target.fence',
  remember: '',
};

/** The state moves of runs, each one guarded statement. */
export class TestRunMoves {
  readonly #start: GuardedChange;
  readonly #complete: GuardedChange;

  constructor(
    private readonly session: Session,
    private readonly table: RecordTable<TestRun>,
  ) {
    const move = 'status = $3, updated_at = $4, version = t.version + 1';
    const guard = 't.status = ANY ($5::text[])';
    this.#start = guardedChange(table, {
      name: 'run-start',
      set: `${move}, started_at = COALESCE(t.started_at, $4)`,
      guard,
      fence: RUN_FENCE,
    });
    // A start that lies in the future (another clock) gives no duration: a made-up 0 would count in averages.
    this.#complete = guardedChange(table, {
      name: 'run-complete',
      set: `${move}, completed_at = $4, exit_code = COALESCE($6::integer, t.exit_code),
  error_message = COALESCE($7::text, t.error_message), duration_ms = COALESCE($8::bigint, CASE
    WHEN t.started_at <= $4 THEN (extract(epoch FROM $4::timestamptz - t.started_at) * 1000)::bigint
    ELSE t.duration_ms END)`,
      guard,
      fence: RUN_FENCE,
    });
  }

  start(
    runId: string,
    move: Move,
    options: CallOptions | undefined,
    judge: (run: TestRun) => TestRun,
  ): Promise<TestRun> {
    return this.#send(this.#start, runId, move, [], options, judge);
  }

  complete(
    runId: string,
    completion: Completion,
    options: CallOptions | undefined,
    judge: (run: TestRun) => TestRun,
  ): Promise<TestRun> {
    const { exitCode = null, errorMessage = null, durationMs = null } = completion;
    return this.#send(
      this.#complete,
      runId,
      completion,
      [exitCode, errorMessage, durationMs],
      options,
      judge,
    );
  }

  /** `judge` is the domain's rule on the run as it stands: it answers with the same run, or refuses. */
  async #send(
    change: GuardedChange,
    runId: string,
    { status, now }: Move,
    more: readonly unknown[],
    options: CallOptions | undefined,
    judge: (run: TestRun) => TestRun,
  ): Promise<TestRun> {
    const fence = options?.fence ?? null;
    const values = [runId, fence, status, now.toISOString(), sourcesOf(RUN_MOVES, status), ...more];
    const outcome = await sendChange(this.session, this.table, change, values);
    if (outcome === undefined) throw notFound('run', runId);
    if ('changed' in outcome) return outcome.changed;
    const { unchanged, seenFence } = outcome;
    if (fence !== null && seenFence !== null && fence < seenFence) throw staleFence('run', runId, seenFence);
    if (refused(() => judge(unchanged)) !== unchanged) throw disagreement('run', runId);
    return unchanged;
  }
}
