import { IsIn, IsInt, IsOptional, Matches, Max, Min } from './class-validator.js';

import { compileRules } from './compiled-rules.js';
import { frozenDate } from './frozen-date.js';
import type { Given, OrAbsent } from './given.js';
import { READABLE_ID, UUID_V7 } from './identifiers.js';
import { frozenJson, type JsonObject } from './json-value.js';
import { IsJsonObject, IsPlainText, IsTimestamp } from './rule-decorators.js';

/** Said before a change is sent, and once it is known how it ended. An attempt without an outcome ended in a crash. */
export const AUDIT_PHASES = ['attempted', 'outcome'] as const;
export type AuditPhase = (typeof AUDIT_PHASES)[number];

/** How a change ended. `unknown`: nobody learned whether it was made. */
export const AUDIT_RESULTS = ['done', 'refused', 'unknown'] as const;
export type AuditResult = (typeof AUDIT_RESULTS)[number];

/** One entry of the audit log: who did what to which record, or how that ended. Entries never change. */
export interface AuditEntry {
  readonly entryId: string;
  /** Entries of one chain are written by one process, in the order of their sequence. */
  readonly chain: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  /** By the clock of the process that writes the chain. */
  readonly at: Date;
  readonly phase: AuditPhase;
  /** Port and method, such as `scenarios.update`, or the words of a command. */
  readonly action: string;
  /** The kind of record: `scenario`, `run`, `event`, `result`, `lock`, `key`, … */
  readonly entity: string;
  /** Of the record. Absent where it was minted by the store, and is told by the outcome. */
  readonly id?: string;
  readonly runId?: string;
  readonly actor?: string;
  readonly requestId?: string;
  /** Of an outcome: the sequence of its attempt. */
  readonly attempt?: number;
  readonly result?: AuditResult;
  /** The error code of what was refused or is unknown. */
  readonly code?: string;
  /** Of the record after the change, where it has one. */
  readonly version?: number;
  /** The record as it was read just before the change was sent; somebody else may have changed it in between. */
  readonly before?: JsonObject;
  /** Of an attempt: what was given. Of an outcome: figures of what was made, where it was more than one record. */
  readonly after?: JsonObject;
}

/** What a process gives to have an entry stored: all of it. */
export type NewAuditEntry = Given<NewAuditEntryRules>;

class NewAuditEntryRules {
  @Matches(UUID_V7) entryId!: string;
  @Matches(READABLE_ID) chain!: string;
  @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) sequence!: number;
  @IsTimestamp() at!: Date;
  @IsIn(AUDIT_PHASES) phase!: AuditPhase;
  @IsPlainText({ min: 1, max: 200 }) action!: string;
  @IsPlainText({ min: 1, max: 200 }) entity!: string;
  @IsOptional() @IsPlainText({ min: 1, max: 1_000 }) id?: OrAbsent<string>;
  @IsOptional() @IsPlainText({ min: 1, max: 1_000 }) runId?: OrAbsent<string>;
  @IsOptional() @IsPlainText({ min: 1, max: 1_000 }) actor?: OrAbsent<string>;
  @IsOptional() @IsPlainText({ min: 1, max: 1_000 }) requestId?: OrAbsent<string>;
  @IsOptional() @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) attempt?: OrAbsent<number>;
  @IsOptional() @IsIn(AUDIT_RESULTS) result?: OrAbsent<AuditResult>;
  @IsOptional() @IsPlainText({ min: 1, max: 200 }) code?: OrAbsent<string>;
  @IsOptional() @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) version?: OrAbsent<number>;
  @IsOptional() @IsJsonObject() before?: OrAbsent<JsonObject>;
  @IsOptional() @IsJsonObject() after?: OrAbsent<JsonObject>;
}

export const newAuditEntryRules = compileRules('entry', NewAuditEntryRules);

/** The texts of entries that were made here, so that none is judged or written out twice. */
const contents = new WeakMap<object, string>();

/** An entry that was made so before is answered as it is. @throws InvalidValueError naming each field that breaks a rule. */
export function newAuditEntry(input: NewAuditEntry): AuditEntry {
  if (typeof input === 'object' && input !== null && contents.has(input)) return input as AuditEntry;
  const entry = Object.freeze(newAuditEntryRules.read(input)) as AuditEntry;
  contents.set(entry, JSON.stringify(entry));
  return entry;
}

/**
 * The one text of an entry: what is stored, and what its hash is taken of. It is JSON with the fields in their order, times
 * in ISO 8601. Documents within keep the order of their members: sorting them was what took longest.
 */
export function auditContent(entry: AuditEntry): string {
  return contents.get(entry) ?? JSON.stringify(entry);
}

/** The entry that `auditContent` wrote. @throws SyntaxError for what is no JSON */
export function readAuditContent(content: string): AuditEntry {
  const fields = frozenJson(JSON.parse(content) as JsonObject) as JsonObject;
  return Object.freeze({
    ...fields,
    at: frozenDate(new Date(fields['at'] as string)),
  } as Partial<AuditEntry>) as AuditEntry;
}
