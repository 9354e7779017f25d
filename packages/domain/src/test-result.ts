import { IsBoolean, IsIn, IsInt, IsOptional, Matches, Max, Min } from './class-validator.js';

import { compileRules } from './compiled-rules.js';
import { ASSERTION_TYPES, RESULT_STATUSES, type AssertionType, type ResultStatus } from './enumerations.js';
import { frozenDate } from './frozen-date.js';
import type { Given, OrAbsent } from './given.js';
import { UUID_V7 } from './identifiers.js';
import type { JsonObject } from './json-value.js';
import { IsJsonObject, IsPlainText, IsTimestamp } from './rule-decorators.js';

/** One checked assertion of a run. Results never change once they are recorded. */
export interface TestResult {
  readonly resultId: string;
  readonly runId: string;
  readonly name?: string;
  readonly assertionType: AssertionType;
  readonly expectedValue: string;
  readonly actualValue: string;
  readonly status: ResultStatus;
  readonly verificationTime: Date;
  readonly errorDetails?: string;
  readonly correlationId?: string;
  /** The number of the attempt that decided, from 1. */
  readonly attempt: number;
  /** Passed, but only after another attempt had not. */
  readonly flaky: boolean;
  readonly metadata?: JsonObject;
  readonly createdAt: Date;
}

/** What a caller gives to record a result. Without a `resultId` one is minted. */
export type NewTestResult = Given<NewTestResultRules>;

class NewTestResultRules {
  @IsOptional() @Matches(UUID_V7) resultId?: OrAbsent<string>;
  @Matches(UUID_V7) runId!: string;
  @IsOptional() @IsPlainText({ min: 1, max: 1_000 }) name?: OrAbsent<string>;
  @IsIn(ASSERTION_TYPES) assertionType!: AssertionType;
  @IsPlainText({ min: 0, max: 65_536 }) expectedValue!: string;
  @IsPlainText({ min: 0, max: 65_536 }) actualValue!: string;
  @IsIn(RESULT_STATUSES) status!: ResultStatus;
  @IsTimestamp() verificationTime!: Date;
  @IsOptional() @IsPlainText({ min: 0, max: 65_536 }) errorDetails?: OrAbsent<string>;
  @IsOptional() @IsPlainText({ min: 1, max: 200 }) correlationId?: OrAbsent<string>;
  @IsOptional() @IsInt() @Min(1) @Max(32_767) attempt?: OrAbsent<number>;
  @IsOptional() @IsBoolean() flaky?: OrAbsent<boolean>;
  @IsOptional() @IsJsonObject() metadata?: OrAbsent<JsonObject>;
}

export const newTestResultRules = compileRules('result', NewTestResultRules, {
  defaults: { attempt: 1, flaky: false },
  minted: 'resultId',
});

/** @throws InvalidValueError naming each field that breaks a rule. */
export function newTestResult(input: NewTestResult, mintId: () => string, now: Date): TestResult {
  const fields = newTestResultRules.read(input, mintId);
  return Object.freeze(Object.assign(fields, { createdAt: frozenDate(now) })) as TestResult;
}
