import type { HttpReply } from './http-exchange.js';
import type { OperationName } from './operations.js';

/** Told of each answer that the coordinator made without all of its store. */
export type OnDegraded = (operation: OperationName) => void;

const degraded = new WeakSet<object>();
const accepted = new WeakSet<object>();

/** Whether the coordinator made this answer (a record, a page, a report) without all of its store: it may lack something. */
export function isDegraded(answer: object): boolean {
  return degraded.has(answer);
}

/** Whether this record, or this batch, was accepted and is not in the store yet, which is away. */
export function isAccepted(answer: object): boolean {
  return accepted.has(answer);
}

/** Says of a record of an answer what was said of the whole. */
export function shareFreshness(answer: object, record: object): void {
  if (degraded.has(answer)) degraded.add(record);
  if (accepted.has(answer)) accepted.add(record);
}

/** What answers say of the store behind the coordinator. */
export class Freshness {
  constructor(private readonly onDegraded: OnDegraded | undefined) {}

  tell(answer: unknown, { status, headers }: HttpReply, operation: OperationName): void {
    const isDegradedAnswer = headers['freshness'] === 'degraded';
    const isAcceptedAnswer = status === 202;
    if (!isDegradedAnswer && !isAcceptedAnswer) return;
    if (typeof answer === 'object' && answer !== null) {
      if (isDegradedAnswer) degraded.add(answer);
      if (isAcceptedAnswer) accepted.add(answer);
    }
    this.onDegraded?.(operation);
  }
}
