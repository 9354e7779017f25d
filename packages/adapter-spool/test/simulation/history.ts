import type { SpooledRecord } from '@test-coordinator/adapter-spool';
import { DataAdapterError } from '@test-coordinator/ports';

interface SentRecord {
  readonly caller: string;
  readonly type: number;
  readonly payload: Buffer;
  outcome: 'unknown' | 'acknowledged' | 'refused';
  sequence: number | undefined;
}

/** The codes that say that a record is not stored. */
const REFUSALS = new Set(['CAPACITY', 'UNAVAILABLE', 'CLOSED', 'INVALID_ARGUMENT']);

/** What callers sent and were told, and what was handed out; each breach of a promise is an error. */
export class History {
  readonly #sent: SentRecord[] = [];
  readonly #handedOut = new Map<number, SentRecord>();
  #lastOfCaller = new Map<string, number>();
  #settled = 0;

  get acknowledged(): number {
    return this.#sent.filter(({ outcome }) => outcome === 'acknowledged').length;
  }

  get handedOut(): number {
    return this.#handedOut.size;
  }

  /** The payload of a new record: its number, and `length` bytes that no other record has. */
  send(caller: string, type: number, length: number): { readonly number: number; readonly payload: Buffer } {
    const number = this.#sent.length;
    const payload = Buffer.alloc(4 + length, `<${number}>`);
    payload.writeUInt32LE(number);
    this.#sent.push({ caller, type, payload, outcome: 'unknown', sequence: undefined });
    return { number, payload };
  }

  acknowledge(number: number, sequence: number): void {
    const record = this.#sent[number]!;
    record.outcome = 'acknowledged';
    record.sequence = sequence;
    const before = this.#lastOfCaller.get(record.caller) ?? 0;
    if (sequence <= before) throw new Error(`record ${number} is before an earlier one of its caller`);
    this.#lastOfCaller.set(record.caller, sequence);
  }

  /** What the caller was told instead of a sequence. */
  fail(number: number, error: unknown): void {
    if (DataAdapterError.is(error) && REFUSALS.has(error.code)) this.#sent[number]!.outcome = 'refused';
  }

  /** A record that `read` gave, and that the store has from now on. */
  handOut(record: SpooledRecord): void {
    const { sequence } = record;
    const sent = record.payload.length < 4 ? undefined : this.#sent[record.payload.readUInt32LE()];
    if (sent === undefined || !sent.payload.equals(record.payload) || sent.type !== record.type)
      throw new Error(`sequence ${sequence} was handed out with bytes that nobody sent`);
    if (sequence <= this.#settled)
      throw new Error(`sequence ${sequence} was handed out after its acknowledgement`);
    if (sent.outcome === 'refused')
      throw new Error(`sequence ${sequence} was handed out after it was refused`);
    if (sent.sequence !== undefined && sent.sequence !== sequence)
      throw new Error(`one record was handed out as ${sequence} and told or handed out as ${sent.sequence}`);
    const other = this.#handedOut.get(sequence);
    // One that nobody was told of may have been handed out by a process after a kill, and be lost to a power cut after that.
    if (other !== undefined && other !== sent && other.outcome === 'acknowledged')
      throw new Error(`two records were handed out as ${sequence}`);
    sent.sequence = sequence;
    this.#handedOut.set(sequence, sent);
  }

  /** It was written down that the store has everything up to here. */
  settle(through: number): void {
    this.#settled = Math.max(this.#settled, through);
  }

  /** At the very end: nothing that was acknowledged may be missing. */
  checkComplete(): void {
    const lost = this.#sent.filter(
      (sent) => sent.outcome === 'acknowledged' && this.#handedOut.get(sent.sequence!) !== sent,
    );
    if (lost.length > 0) throw new Error(`${lost.length} acknowledged records were lost`);
  }
}
