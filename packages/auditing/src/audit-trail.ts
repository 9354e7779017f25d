import { setImmediate as immediate } from 'node:timers/promises';

import {
  CHAIN_START,
  auditContent,
  chainHash,
  newAuditEntry,
  type AuditEntry,
  type AuditResult,
  type JsonObject,
  type NewAuditEntry,
} from '@test-coordinator/domain';
import {
  DataAdapterError,
  type AuditLog,
  type CallOptions,
  type Clock,
  type IdGenerator,
} from '@test-coordinator/ports';

/** What is said before a change is sent. */
export interface Attempt {
  /** Port and method, or the words of a command. */
  readonly action: string;
  readonly entity: string;
  readonly id?: string | undefined;
  readonly runId?: string | undefined;
  readonly before?: JsonObject | undefined;
  readonly after?: JsonObject | undefined;
}

/** How it ended. */
export interface Outcome extends Attempt {
  readonly result: AuditResult;
  readonly code?: string | undefined;
  readonly version?: number | undefined;
}

/** The last entry that is durable, and how many the chain has. */
export interface ChainHead {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
  readonly count: number;
}

export interface AuditTrailDependencies {
  readonly log: AuditLog;
  /** A name that no other process and no other life of this one has. */
  readonly chain: string;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** Told after each batch that is durable. @default nobody is */
  readonly onAppended?: ((head: ChainHead) => void) | undefined;
}

type Fields = Omit<NewAuditEntry, 'entryId' | 'chain' | 'sequence'>;

interface Waiting {
  readonly fields: Fields;
  /** Of an attempt: its caller waits. */
  readonly caller?: {
    readonly resolve: (sequence: number) => void;
    readonly reject: (error: unknown) => void;
  };
}

interface Batch {
  readonly entries: readonly AuditEntry[];
  readonly waiting: readonly Waiting[];
  readonly head: ChainHead;
}

const MAX_ENTRIES = 500;
/** Half of what a batch may take where it has to wait on disk. */
const MAX_BYTES = 1_048_576;
/** How long an outcome waits for an attempt to go with: half the statements of a caller that makes one change after the other. */
const LINGER_MS = 20;

/**
 * Writes one chain of an audit log. One append is under way at a time, and all that is said meanwhile goes into the next
 * one, so that 64 callers wait for one statement and not for 64.
 * The hashes are reckoned here too: what this process signs is what it wrote, whatever the store says that it is.
 */
export class AuditTrail {
  readonly #dependencies: AuditTrailDependencies;
  #waiting: Waiting[] = [];
  /** Sent, and not known to be stored: it is sent again, as it was, before anything else. */
  #unsure: Batch | undefined;
  #head: ChainHead;
  #sending: Promise<void> | undefined;
  #linger: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(dependencies: AuditTrailDependencies) {
    this.#dependencies = dependencies;
    this.#head = { chain: dependencies.chain, sequence: 0, hash: CHAIN_START, count: 0 };
  }

  /** What is durable so far; sequence 0 before anything was said. */
  get head(): ChainHead {
    return this.#head;
  }

  /**
   * Answers with the sequence of the attempt once that is durable. Rejects when the log does not take it, with `CLOSED`,
   * `CAPACITY`, or `UNAVAILABLE`: then the change must not be made.
   */
  attempt(said: Attempt, options?: CallOptions): Promise<number> {
    if (this.#isClosed)
      return Promise.reject(new DataAdapterError('CLOSED', 'the audit trail has been closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ fields: this.#fieldsOf('attempted', said, options), caller: { resolve, reject } });
      this.#send();
    });
  }

  /** Goes into the next batch; nobody waits for it. */
  outcome(attempt: number, said: Outcome, options?: CallOptions): void {
    this.#waiting.push({ fields: { ...this.#fieldsOf('outcome', said, options), attempt } });
    this.#linger ??= setTimeout(() => this.#send(), LINGER_MS).unref();
  }

  /** Resolves once all that was said is durable, or the log did not take it. */
  async flush(): Promise<void> {
    do {
      this.#send();
      await this.#sending;
    } while (this.#waiting.length > 0 && this.#unsure === undefined);
  }

  /** Refuses further attempts, and flushes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  #send(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      // A caller that was answered may have said something more before this turn.
      if (this.#waiting.some(({ caller }) => caller !== undefined)) this.#send();
    });
  }

  async #sendAll(): Promise<void> {
    // The callers that one statement has answered go on in one turn of the event loop, and into one batch.
    await immediate();
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      try {
        await this.#dependencies.log.append(batch.entries);
      } catch (error) {
        this.#failed(batch, error);
        return;
      }
      this.#unsure = undefined;
      this.#head = batch.head;
      for (const [index, { caller }] of batch.waiting.entries())
        caller?.resolve(batch.entries[index]!.sequence);
      this.#dependencies.onAppended?.(this.#head);
    }
  }

  #next(): Batch | undefined {
    if (this.#unsure !== undefined) return this.#unsure;
    const { ids } = this.#dependencies;
    const entries: AuditEntry[] = [];
    let { sequence, hash } = this.#head;
    let bytes = 0;
    for (const { fields } of this.#waiting) {
      if (entries.length === MAX_ENTRIES || bytes >= MAX_BYTES) break;
      sequence += 1;
      const entry = newAuditEntry({ ...fields, entryId: ids.next(), chain: this.#head.chain, sequence });
      const content = auditContent(entry);
      hash = chainHash(hash, content);
      bytes += content.length;
      entries.push(entry);
    }
    if (entries.length === 0) return undefined;
    const waiting = this.#waiting.splice(0, entries.length);
    return { entries, waiting, head: { ...this.#head, sequence, hash, count: sequence } };
  }

  /** Whoever waits is refused: no change is made. What may be stored all the same is told as refused behind it. */
  #failed(batch: Batch, error: unknown): void {
    const refusal = refusalOf(error);
    const code = DataAdapterError.is(error) ? error.code : 'INTERNAL';
    const isSure = DataAdapterError.is(error) && !error.retryable && code !== 'CLOSED';
    const outcomes = batch.waiting.flatMap(({ fields, caller }, index): readonly Waiting[] =>
      caller === undefined || isSure
        ? []
        : [
            {
              fields: {
                ...fields,
                phase: 'outcome',
                attempt: batch.entries[index]!.sequence,
                result: 'refused',
                code,
              },
            },
          ],
    );
    for (const { caller } of [...batch.waiting, ...this.#waiting]) caller?.reject(refusal);
    const left = this.#waiting.filter(({ caller }) => caller === undefined);
    this.#waiting = [...outcomes, ...left];
    this.#unsure = isSure ? undefined : { ...batch, waiting: [] };
  }

  #fieldsOf(
    phase: AuditEntry['phase'],
    { action, entity, id, runId, before, after, ...ended }: Attempt & Partial<Outcome>,
    options: CallOptions | undefined,
  ): Fields {
    return {
      at: this.#dependencies.clock.now(),
      phase,
      action,
      entity,
      id: shownText(id),
      runId: shownText(runId),
      actor: shownText(options?.actor),
      requestId: shownText(options?.requestId),
      before,
      after,
      ...ended,
    };
  }
}

const MAX_TEXT = 1_000;

/** The text as every store can hold it; `undefined` for what is none. */
function shownText(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  return text.slice(0, MAX_TEXT).toWellFormed().replaceAll('\0', '\ufffd');
}

/** Nothing was changed, whatever became of the entry. */
function refusalOf(error: unknown): DataAdapterError {
  if (DataAdapterError.is(error) && (error.code === 'CLOSED' || error.code === 'CAPACITY')) return error;
  return new DataAdapterError(
    'UNAVAILABLE',
    'the audit log takes no entries now, so nothing was changed; try again later',
    { cause: error },
  );
}
