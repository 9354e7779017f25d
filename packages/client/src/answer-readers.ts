import {
  frozenDate,
  newChaosEventRules,
  newScenarioRules,
  newServiceInfoRules,
  newTestResultRules,
  newTestRunRules,
  type ChaosEvent,
  type NewTestResult,
  type Scenario,
  type SchemaFragment,
  type ServiceInfo,
  type TestResult,
  type TestRun,
} from '@test-coordinator/domain';
import type { ActiveRun, AssertionHistories, LockState, Page, RunComparison } from '@test-coordinator/ports';

/**
 * Makes what ports answer out of JSON: times are Dates again, and everything is frozen as in other adapters. Fields that
 * are not known are left out, so that a coordinator may say more. Each throws an Error for what the API does not promise.
 */
export type AnswerReader<Answer> = (json: unknown) => Answer;

type Fields = Readonly<Record<string, unknown>>;

interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly read: (value: unknown) => unknown;
}

/** Records of a batch have one time. */
let last = { text: '', date: frozenDate(new Date(Number.NaN)) };

const time = (value: unknown): Date => {
  if (value === last.text) return last.date;
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new Error('a time that is none');
  last = { text: value as string, date: frozenDate(date) };
  return last.date;
};
const text = ofType('string');
const number = ofType('number');
const orNull =
  (read: (value: unknown) => unknown) =>
  (value: unknown): unknown =>
    value === null ? null : read(value);

function ofType(type: 'string' | 'number' | 'boolean') {
  return (value: unknown): unknown => {
    if (typeof value !== type) throw new Error(`a ${typeof value} where a ${type} is promised`);
    return value;
  };
}

/** How a field is read that the domain describes by this schema. */
function readerOf(schema: SchemaFragment): (value: unknown) => unknown {
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  if (schema['format'] === 'date-time') return time;
  if (type === 'integer' || type === 'number') return number;
  if (type === 'boolean') return ofType('boolean');
  if (type === 'array') return (value) => frozen(listIn(value));
  return type === 'object' ? (value) => frozen(fieldsOf(value)) : text;
}

/** A record: what a caller gives, by the domain's own rules, and what the store assigns. */
function recordReader<Entity>(
  given: SchemaFragment,
  id: keyof Entity & string,
  assigned: readonly (keyof Entity & string)[],
): AnswerReader<Entity> {
  const properties = given['properties'] as Readonly<Record<string, SchemaFragment>>;
  const required = given['required'] as readonly string[];
  return readFields<Entity>([
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      isRequired: name === id || required.includes(name) || schema['default'] !== undefined,
      read: readerOf(schema),
    })),
    ...assigned.map((name) => ({ name, isRequired: true, read: name === 'version' ? number : time })),
  ]);
}

function readFields<Answer>(fields: readonly Field[]): AnswerReader<Answer> {
  return (json) => {
    const given = fieldsOf(json);
    const record: Record<string, unknown> = {};
    for (const { name, isRequired, read } of fields) {
      const value = given[name];
      if (value !== undefined) record[name] = read(value);
      else if (isRequired) throw new Error(`no ${name}`);
    }
    const answer: unknown = Object.freeze(record);
    return answer as Answer;
  };
}

function always(readers: Readonly<Record<string, (value: unknown) => unknown>>): readonly Field[] {
  return Object.entries(readers).map(([name, read]) => ({ name, isRequired: true, read }));
}

export const readScenario = recordReader<Scenario>(newScenarioRules.schema, 'scenarioId', [
  'createdAt',
  'updatedAt',
  'version',
]);
export const readTestRun = recordReader<TestRun>(newTestRunRules.schema, 'runId', [
  'createdAt',
  'updatedAt',
  'version',
]);
export const readChaosEvent = recordReader<ChaosEvent>(newChaosEventRules.schema, 'eventId', [
  'createdAt',
  'version',
]);
export const readTestResult = recordReader<TestResult>(newTestResultRules.schema, 'resultId', ['createdAt']);
/** Results as they are recorded: what was given, to which is added what the store has assigned. */
export function readRecorded(given: readonly NewTestResult[], json: unknown): readonly TestResult[] {
  const items = listIn(fieldsOf(json)['items']);
  if (items.length !== given.length) throw new Error('another number of results than were sent');
  const recorded: readonly unknown[] = items.map((item, index) => {
    const { resultId, createdAt } = fieldsOf(item);
    if (resultId !== given[index]!.resultId) throw new Error('another result than was sent');
    return Object.freeze(Object.assign(given[index]!, { createdAt: time(createdAt) }));
  });
  return Object.freeze(recorded) as readonly TestResult[];
}

export const readServiceInfo = recordReader<ServiceInfo>(newServiceInfoRules.schema, 'serviceId', [
  'lastSeen',
  'registeredAt',
]);
export const readActiveRun = readFields<ActiveRun>(
  always({
    runId: text,
    version: number,
    phase: text,
    progress: orNull(number),
    message: orNull(text),
    counters: (value) => frozen(fieldsOf(value)),
    updatedAt: time,
  }),
);
export const readLockState = readFields<LockState>(
  always({ resource: text, owner: text, fence: number, acquiredAt: time, expiresAt: time }),
);
export const readGrantedLease = readFields<{
  readonly leaseId: string;
  readonly fence: number;
  readonly expiresAt: Date;
}>(always({ leaseId: text, fence: number, expiresAt: time }));

export function pageReader<Item>(readItem: AnswerReader<Item>): AnswerReader<Page<Item>> {
  return readFields<Page<Item>>(
    always({ items: (value) => Object.freeze(listIn(value).map(readItem)), nextCursor: orNull(text) }),
  );
}

export const readRunComparison = readFields<RunComparison>(
  always({
    items: (value) => frozen(listIn(value)),
    nextCursor: orNull(text),
    counts: (value) => frozen(fieldsOf(value)),
    marks: (value) => frozen(fieldsOf(value)),
    transitions: (value) => frozen(listIn(value)),
  }),
);
export const readAssertionHistories = readFields<AssertionHistories>(
  always({
    items: (value) => Object.freeze(listIn(value).map(readHistory)),
    nextCursor: orNull(text),
    runs: number,
  }),
);

/** All of it is figures and texts, but for the time of the streak. */
function readHistory(json: unknown): unknown {
  const history = fieldsOf(json);
  const streak = history['streak'] === null ? null : fieldsOf(history['streak']);
  const read = { ...history, streak: streak === null ? null : { ...streak, since: time(streak['since']) } };
  return frozen(read);
}

/** The list under `items`. */
export function itemsReader<Item>(readItem: AnswerReader<Item>): AnswerReader<readonly Item[]> {
  return (json) => Object.freeze(listIn(fieldsOf(json)['items']).map(readItem));
}

/** Figures have neither times nor fields that may be absent. */
export function readFigures<Figures extends object>(json: unknown): Figures {
  const figures: unknown = frozen(fieldsOf(json));
  return figures as Figures;
}

/** One field of an answer that is no record. */
export function fieldReader<Value extends string | number | boolean>(
  name: string,
  type: 'string' | 'number' | 'boolean',
): AnswerReader<Value> {
  const read = ofType(type);
  return (json) => read(fieldsOf(json)[name]) as Value;
}

/** A list of texts under this name. */
export function textsReader(name: string): AnswerReader<readonly string[]> {
  return (json) => Object.freeze(listIn(fieldsOf(json)[name]).map((value) => text(value) as string));
}

export function fieldsOf(json: unknown): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('no object where one is promised');
  return json as Fields;
}

export function listIn(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('no list where one is promised');
  return value;
}

/** The same, frozen all the way down: it came out of JSON.parse, and nobody else has it. */
function frozen<Json>(value: Json): Json {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}
