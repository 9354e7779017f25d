import {
  ASSERTION_TYPES,
  AUDIT_RESULTS,
  EVENT_STATUSES,
  EVENT_TYPES,
  RESULT_STATUSES,
  RUN_STATUSES,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  isReadableId,
  isUuidV7,
  plainTextProblem,
  type AssertionType,
  type AuditResult,
  type EventStatus,
  type EventType,
  type Problem,
  type ResultStatus,
  type RunStatus,
  type ScenarioStatus,
  type ScenarioType,
} from '@test-coordinator/domain';

import { DataAdapterError } from './data-adapter-error.js';

/**
 * The fields of a filter combine with AND; a field that is left out or `undefined` asks nothing. A set matches any
 * of its members, and an empty set matches nothing. `from` is included and `to` is not. `text` is found anywhere in
 * the name; the letters A–Z match in either case, every other character exactly.
 */
interface DateRange {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The date range is over `createdAt`. */
export interface ScenarioFilter extends DateRange {
  readonly statuses?: readonly ScenarioStatus[] | undefined;
  readonly types?: readonly ScenarioType[] | undefined;
  /** One of `servicesUnderTest`. */
  readonly service?: string | undefined;
  readonly tag?: string | undefined;
  readonly text?: string | undefined;
}

/** `types`, `service`, `tag` and `text` are those of the run's scenario. The date range is over `startedAt`: a run without one is in no range. */
export interface TestRunFilter extends DateRange {
  readonly scenarioId?: string | undefined;
  readonly statuses?: readonly RunStatus[] | undefined;
  readonly types?: readonly ScenarioType[] | undefined;
  readonly service?: string | undefined;
  readonly tag?: string | undefined;
  readonly environment?: string | undefined;
  readonly externalId?: string | undefined;
  /** Whether it passed without having verified anything: `false` with the status passed asks for runs that held. */
  readonly unverified?: boolean | undefined;
  /** Only runs with a smaller id than this run's, which need not be there: with a list's order, the ones before it. */
  readonly recordedBefore?: string | undefined;
  readonly text?: string | undefined;
}

/** `scenarioId` and `environment` are those of the event's run. The date range is over `injectedAt`. */
export interface ChaosEventFilter extends DateRange {
  readonly scenarioId?: string | undefined;
  readonly runId?: string | undefined;
  readonly statuses?: readonly EventStatus[] | undefined;
  readonly types?: readonly EventType[] | undefined;
  /** The `targetService`. */
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}

/** `scenarioId` and `environment` are those of the result's run. The date range is over `verificationTime`. */
export interface TestResultFilter extends DateRange {
  readonly scenarioId?: string | undefined;
  readonly runId?: string | undefined;
  readonly statuses?: readonly ResultStatus[] | undefined;
  /** Assertion types. */
  readonly types?: readonly AssertionType[] | undefined;
  readonly environment?: string | undefined;
  readonly correlationId?: string | undefined;
  /** Whether it passed only after another attempt. */
  readonly flaky?: boolean | undefined;
  /** In the result's name; a result without a name never matches. */
  readonly text?: string | undefined;
}

/** The date range is over `at`. */
export interface AuditFilter extends DateRange {
  readonly chain?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly entity?: string | undefined;
  /** Of the record. */
  readonly id?: string | undefined;
  readonly runId?: string | undefined;
  readonly requestId?: string | undefined;
  /** Of outcomes: an attempt has none. */
  readonly results?: readonly AuditResult[] | undefined;
}

type FieldCheck = (value: unknown) => string | undefined;

const text: FieldCheck = (value) => {
  if (typeof value !== 'string' || value.length < 1 || value.length > 1_000)
    return 'must be text of 1–1000 characters';
  return plainTextProblem(value);
};
const readableId: FieldCheck = (value) => (isReadableId(value) ? undefined : 'must be a scenario id');
const readableName: FieldCheck = (value) => (isReadableId(value) ? undefined : 'must be the name of a chain');
const uuid: FieldCheck = (value) => (isUuidV7(value) ? undefined : 'must be a UUIDv7 in lower case');
const trueOrFalse: FieldCheck = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const time: FieldCheck = (value) =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : 'must be a valid Date';
const oneOrMoreOf =
  (words: readonly string[]): FieldCheck =>
  (value) =>
    Array.isArray(value) && value.every((word) => words.includes(word as string))
      ? undefined
      : `must be a list of ${words.join(', ')}`;

const AUDIT_FIELDS = {
  chain: readableName,
  actor: text,
  action: text,
  entity: text,
  id: text,
  runId: text,
  requestId: text,
  results: oneOrMoreOf(AUDIT_RESULTS),
  from: time,
  to: time,
} satisfies Record<keyof AuditFilter, FieldCheck>;

const SCENARIO_FIELDS = {
  statuses: oneOrMoreOf(SCENARIO_STATUSES),
  types: oneOrMoreOf(SCENARIO_TYPES),
  service: text,
  tag: text,
  text,
  from: time,
  to: time,
} satisfies Record<keyof ScenarioFilter, FieldCheck>;

const RUN_FIELDS = {
  scenarioId: readableId,
  statuses: oneOrMoreOf(RUN_STATUSES),
  types: oneOrMoreOf(SCENARIO_TYPES),
  service: text,
  tag: text,
  environment: text,
  externalId: text,
  unverified: trueOrFalse,
  recordedBefore: uuid,
  text,
  from: time,
  to: time,
} satisfies Record<keyof TestRunFilter, FieldCheck>;

const EVENT_FIELDS = {
  scenarioId: readableId,
  runId: uuid,
  statuses: oneOrMoreOf(EVENT_STATUSES),
  types: oneOrMoreOf(EVENT_TYPES),
  service: text,
  environment: text,
  from: time,
  to: time,
} satisfies Record<keyof ChaosEventFilter, FieldCheck>;

const RESULT_FIELDS = {
  scenarioId: readableId,
  runId: uuid,
  statuses: oneOrMoreOf(RESULT_STATUSES),
  types: oneOrMoreOf(ASSERTION_TYPES),
  environment: text,
  correlationId: text,
  flaky: trueOrFalse,
  text,
  from: time,
  to: time,
} satisfies Record<keyof TestResultFilter, FieldCheck>;

/** @throws DataAdapterError `INVALID_ARGUMENT` for a value that the field cannot have, and for a field that is not known. */
export const checkScenarioFilter = (filter: ScenarioFilter): ScenarioFilter =>
  checked(filter, SCENARIO_FIELDS);
/** @throws DataAdapterError `INVALID_ARGUMENT`, as checkScenarioFilter. */
export const checkTestRunFilter = (filter: TestRunFilter): TestRunFilter => checked(filter, RUN_FIELDS);
/** @throws DataAdapterError `INVALID_ARGUMENT`, as checkScenarioFilter. */
export const checkChaosEventFilter = (filter: ChaosEventFilter): ChaosEventFilter =>
  checked(filter, EVENT_FIELDS);
/** @throws DataAdapterError `INVALID_ARGUMENT`, as checkScenarioFilter. */
export const checkTestResultFilter = (filter: TestResultFilter): TestResultFilter =>
  checked(filter, RESULT_FIELDS);

/** @throws DataAdapterError `INVALID_ARGUMENT`, as checkScenarioFilter. */
export const checkAuditFilter = (filter: AuditFilter): AuditFilter => checked(filter, AUDIT_FIELDS);

/** Whether `wanted` is found in `name`, by the rule of `text` above. */
export function nameContains(name: string, wanted: string): boolean {
  return lowerAscii(name).includes(lowerAscii(wanted));
}

function lowerAscii(value: string): string {
  return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function checked<Filter extends object>(
  filter: Filter,
  fields: Readonly<Record<string, FieldCheck>>,
): Filter {
  const problems: Problem[] = [];
  if (typeof filter !== 'object' || filter === null)
    problems.push({ path: 'filter', problem: 'must be an object' });
  else {
    for (const [path, value] of Object.entries(filter)) {
      const check = Object.hasOwn(fields, path) ? fields[path] : undefined;
      const problem =
        check === undefined
          ? 'is not a field that is known here'
          : value === undefined
            ? undefined
            : check(value);
      if (problem !== undefined) problems.push({ path, problem });
    }
  }
  if (problems.length === 0) return filter;
  const sentence = problems.map(({ path, problem }) => `${path} ${problem}`).join('; ');
  throw new DataAdapterError('INVALID_ARGUMENT', `filter: ${sentence}`, { problems });
}
