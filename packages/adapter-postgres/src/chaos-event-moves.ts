import { EVENT_MOVES, sourcesOf, type ChaosEvent, type EventStatus } from '@test-coordinator/domain';
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
import type { Session } from './session.js';
import type { Tables } from './tables.js';

interface Recovery {
  readonly now: Date;
  readonly recoveredAt?: Date | null | undefined;
  readonly recoveryTimeMs?: number | null | undefined;
}

/** `$2` is the caller's fence. An event is guarded by the fence of its run, which is locked only when there is one to compare. */
function eventFence(tables: Tables): FenceClauses {
  return {
    tables: `,
fenced AS MATERIALIZED (SELECT r.run_id, r.fence FROM ${tables.runs.name} r JOIN target USING (run_id)
  WHERE $2::bigint IS NOT NULL FOR NO KEY UPDATE OF r)`,
    set: '',
    guard: 'NOT EXISTS (SELECT FROM fenced WHERE fenced.fence > $2)',
    seen: '(SELECT fence FROM fenced)',
    remember: `,
remembered AS (UPDATE ${tables.runs.name} r SET fence = $2 FROM fenced WHERE r.run_id = fenced.run_id
  AND EXISTS (SELECT FROM changed))`,
  };
}

/** The state moves of events, each one guarded statement. */
export class ChaosEventMoves {
  readonly #move: GuardedChange;
  readonly #recover: GuardedChange;

  constructor(
    private readonly session: Session,
    private readonly tables: Tables,
  ) {
    const fence = eventFence(tables);
    this.#move = guardedChange(tables.events, {
      name: 'event-move',
      set: 'status = $3, version = t.version + 1',
      guard: 't.status = ANY ($4::text[])',
      fence,
    });
    // A fault that lies in the future of the store's clock gives no recovery time; one that was told stays.
    this.#recover = guardedChange(tables.events, {
      name: 'event-recover',
      set: `status = $3, version = t.version + 1, recovered_at = COALESCE($5, $6::timestamptz),
  recovery_time_ms = COALESCE($7::bigint, CASE WHEN COALESCE($5, $6::timestamptz) >= t.injected_at
    THEN (extract(epoch FROM COALESCE($5, $6::timestamptz) - t.injected_at) * 1000)::bigint
    ELSE t.recovery_time_ms END)`,
      guard: 't.status = ANY ($4::text[]) AND ($5::timestamptz IS NULL OR $5 >= t.injected_at)',
      fence,
    });
  }

  move(
    eventId: string,
    status: EventStatus,
    options: CallOptions | undefined,
    judge: (event: ChaosEvent) => ChaosEvent,
  ): Promise<ChaosEvent> {
    return this.#send(this.#move, eventId, status, [], options, judge);
  }

  recover(
    eventId: string,
    { now, recoveredAt, recoveryTimeMs = null }: Recovery,
    options: CallOptions | undefined,
    judge: (event: ChaosEvent) => ChaosEvent,
  ): Promise<ChaosEvent> {
    const more = [recoveredAt?.toISOString() ?? null, now.toISOString(), recoveryTimeMs];
    return this.#send(this.#recover, eventId, 'recovered', more, options, judge);
  }

  /** `judge` is the domain's rule on the event as it stands: it answers with the same event, or refuses. */
  async #send(
    change: GuardedChange,
    eventId: string,
    status: EventStatus,
    more: readonly unknown[],
    options: CallOptions | undefined,
    judge: (event: ChaosEvent) => ChaosEvent,
  ): Promise<ChaosEvent> {
    const fence = options?.fence ?? null;
    const values = [eventId, fence, status, sourcesOf(EVENT_MOVES, status), ...more];
    const outcome = await sendChange(this.session, this.tables.events, change, values);
    if (outcome === undefined) throw notFound('event', eventId);
    if ('changed' in outcome) return outcome.changed;
    const { unchanged, seenFence } = outcome;
    if (fence !== null && seenFence !== null && fence < seenFence)
      throw staleFence('event', eventId, seenFence);
    if (refused(() => judge(unchanged)) !== unchanged) throw disagreement('event', eventId);
    return unchanged;
  }
}
