import type { AuditResult } from '@test-coordinator/domain';
import { DataAdapterError, throwIfAborted, type CallOptions, type ErrorCode } from '@test-coordinator/ports';

import type { Attempt, AuditTrail, Outcome } from './audit-trail.js';

/** What the answer of a change says of it. */
export type Told = Partial<Pick<Outcome, 'id' | 'runId' | 'version' | 'after'>>;

/** Codes after which the change may have been made. */
const UNSURE: ReadonlySet<ErrorCode> = new Set(['UNKNOWN_OUTCOME', 'TIMEOUT', 'INTERNAL']);

/**
 * Makes a change that leaves a trace: the attempt is durable before `change` is called, and how it ended is told
 * afterwards, without the caller waiting for that. Rejects with what `change` rejects with, or with what
 * `AuditTrail.attempt` does: then `change` was not called.
 */
export async function recordedChange<Answer>(
  trail: AuditTrail,
  said: Attempt,
  options: CallOptions | undefined,
  change: () => Promise<Answer>,
  tell: (answer: Answer) => Told = () => ({}),
): Promise<Answer> {
  throwIfAborted(options);
  const attempt = await trail.attempt(said, options);
  const { action, entity, id, runId } = said;
  const ended = (result: AuditResult, told: Partial<Outcome>): void =>
    trail.outcome(attempt, { action, entity, id, runId, ...told, result }, options);
  try {
    const answer = await change();
    ended('done', tell(answer));
    return answer;
  } catch (error) {
    const code = DataAdapterError.is(error) ? error.code : undefined;
    ended(code === undefined || UNSURE.has(code) ? 'unknown' : 'refused', { code });
    throw error;
  }
}
