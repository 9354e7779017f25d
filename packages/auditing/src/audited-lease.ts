import type { CallOptions, Lease } from '@test-coordinator/ports';

import type { AuditTrail } from './audit-trail.js';

/** Where a lease's end is told, and who took it. */
export interface LeaseAudit {
  readonly trail: AuditTrail;
  readonly options: CallOptions | undefined;
}

/**
 * The lease, whose release is told, once. A lock is given back at once, and also when the log takes no entries: one that
 * is not would be renewed for as long as this process lives.
 */
export function auditedLease(lease: Lease, { trail, options }: LeaseAudit): Lease {
  let isTold = false;
  const said = { action: 'executionLocks.release', entity: 'lock', id: lease.resource };
  const released = async <Answer>(release: () => Promise<Answer>): Promise<Answer> => {
    if (isTold) return release();
    isTold = true;
    const attempt = trail.attempt({ ...said, after: { fence: lease.fence } }, options);
    const told = (result: 'done' | 'unknown'): void => {
      attempt.then(
        (sequence) => trail.outcome(sequence, { ...said, result }, options),
        () => undefined,
      );
    };
    try {
      const answer = await release();
      told('done');
      return answer;
    } catch (error) {
      told('unknown');
      throw error;
    }
  };
  const own: Partial<Lease> = {
    release: () => released(() => lease.release()),
    [Symbol.asyncDispose]: () => released(() => lease[Symbol.asyncDispose]()),
  };
  return new Proxy(lease, {
    get(target, name) {
      const member: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? (member as CallableFunction).bind(target) : member;
    },
  });
}
