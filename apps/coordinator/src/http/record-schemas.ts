import {
  newAuditEntryRules,
  newChaosEventRules,
  newScenarioRules,
  newServiceInfoRules,
  newTestResultRules,
  newTestRunRules,
  type SchemaFragment,
} from '@test-coordinator/domain';
import { ERROR_CODES } from '@test-coordinator/ports';

import { TRANSPORT_CODES } from './problem-details.js';

/**
 * The shapes of what the API answers, as JSON Schema. Those of the records are the domain's rules of what a caller
 * gives, together with what the store assigns: nothing is declared a second time.
 */

export interface NamedSchema extends SchemaFragment {
  readonly $id: string;
}

export const TIME: SchemaFragment = { type: 'string', format: 'date-time' };
export const COUNT: SchemaFragment = { type: 'integer', minimum: 0 };
const VERSION: SchemaFragment = { type: 'integer', minimum: 1 };

/** A closed object; every field is there unless it is named in `optional`. */
export function objectOf(
  properties: Readonly<Record<string, SchemaFragment>>,
  optional: readonly string[] = [],
): SchemaFragment {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

export function orNull(schema: SchemaFragment): SchemaFragment {
  return { anyOf: [schema, { type: 'null' }] };
}

export function listOf(items: SchemaFragment): SchemaFragment {
  return { type: 'array', items };
}

export function named($id: string, schema: SchemaFragment): NamedSchema {
  return { $id, ...schema };
}

export function refTo({ $id }: NamedSchema): SchemaFragment {
  return { $ref: `${$id}#` };
}

export function propertiesOf(schema: SchemaFragment): Readonly<Record<string, SchemaFragment>> {
  return schema['properties'] as Readonly<Record<string, SchemaFragment>>;
}

/** A record: the given fields, of which those that are required, have a default or are the id are always there. */
function recordOf($id: string, given: SchemaFragment, id: string, assigned: readonly string[]): NamedSchema {
  const properties: Record<string, SchemaFragment> = {};
  const optional: string[] = [];
  for (const [name, schema] of Object.entries(propertiesOf(given))) {
    const { default: fallback, ...plain } = schema;
    properties[name] = withoutNull(plain);
    const isGiven = (given['required'] as readonly string[]).includes(name);
    if (name !== id && fallback === undefined && !isGiven) optional.push(name);
  }
  for (const name of assigned) properties[name] = name === 'version' ? VERSION : TIME;
  return named($id, objectOf(properties, optional));
}

/** `null` stands for absent in what is given, and what is absent of a record is left out. */
function withoutNull({ type, enum: words, ...rest }: SchemaFragment): SchemaFragment {
  return {
    type: Array.isArray(type) ? type.find((one) => one !== 'null') : type,
    ...(Array.isArray(words) && { enum: words.filter((word) => word !== null) }),
    ...rest,
  };
}

export const SCENARIO = recordOf('Scenario', newScenarioRules.schema, 'scenarioId', [
  'createdAt',
  'updatedAt',
  'version',
]);
export const TEST_RUN = recordOf('TestRun', newTestRunRules.schema, 'runId', [
  'createdAt',
  'updatedAt',
  'version',
]);
export const CHAOS_EVENT = recordOf('ChaosEvent', newChaosEventRules.schema, 'eventId', [
  'createdAt',
  'version',
]);
export const TEST_RESULT = recordOf('TestResult', newTestResultRules.schema, 'resultId', ['createdAt']);
export const AUDIT_ENTRY = recordOf('AuditEntry', newAuditEntryRules.schema, 'entryId', []);
export const SERVICE_INFO = recordOf('ServiceInfo', newServiceInfoRules.schema, 'serviceId', [
  'lastSeen',
  'registeredAt',
]);

/** What a running execution says of itself; no record, so the domain has no rules of it. */
export const ACTIVE_RUN = named(
  'ActiveRun',
  objectOf({
    runId: { type: 'string', format: 'uuid' },
    version: VERSION,
    phase: { type: 'string' },
    progress: orNull({ type: 'number', minimum: 0, maximum: 1 }),
    message: orNull({ type: 'string' }),
    counters: { type: 'object', additionalProperties: { type: 'number' } },
    updatedAt: TIME,
  }),
);

/** Left out of what the store has answered in full. */
export const FRESHNESS: SchemaFragment = {
  type: 'string',
  enum: ['degraded'],
  description: 'The store is away or has not everything yet: this is what is known here.',
};

function pageOf(record: NamedSchema, more: Readonly<Record<string, SchemaFragment>> = {}): NamedSchema {
  const page = {
    items: listOf(refTo(record)),
    nextCursor: {
      type: ['string', 'null'],
      description: 'Give it as `cursor` to read on; null when nothing is left.',
    },
  };
  return named(`${record.$id}Page`, objectOf({ ...page, ...more }, Object.keys(more)));
}

export const SCENARIO_PAGE = pageOf(SCENARIO, { freshness: FRESHNESS });
export const AUDIT_ENTRY_PAGE = pageOf(AUDIT_ENTRY, { freshness: FRESHNESS });
export const TEST_RUN_PAGE = pageOf(TEST_RUN, { freshness: FRESHNESS });
export const CHAOS_EVENT_PAGE = pageOf(CHAOS_EVENT, { freshness: FRESHNESS });
export const TEST_RESULT_PAGE = pageOf(TEST_RESULT, { freshness: FRESHNESS });
export const SERVICE_PAGE = pageOf(SERVICE_INFO);
export const ACTIVE_RUN_PAGE = pageOf(ACTIVE_RUN);

export const PROBLEM = named(
  'Problem',
  objectOf(
    {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: { type: 'string' },
      code: { type: 'string', enum: [...Object.keys(ERROR_CODES), ...TRANSPORT_CODES] },
      entity: { type: 'string', description: 'The kind of record that it is about' },
      id: { type: 'string', description: 'The id of that record' },
      problems: listOf(objectOf({ path: { type: 'string' }, problem: { type: 'string' } })),
      details: {
        type: 'object',
        description:
          'More facts, by the code: the holder of a lock, the fence that was seen, the line of a load.',
      },
      requestId: { type: 'string' },
    },
    ['entity', 'id', 'problems', 'details'],
  ),
);

export const LIVENESS = named('Liveness', objectOf({ status: { type: 'string', enum: ['ok'] } }));
export const READINESS = named(
  'Readiness',
  objectOf(
    {
      status: { type: 'string', enum: ['ok', 'degraded', 'down'] },
      durable: { type: 'boolean', description: 'Whether what is recorded survives a restart.' },
      detail: { type: 'string' },
      adapters: listOf(
        objectOf({
          name: { type: 'string' },
          status: { type: 'string', enum: ['up', 'degraded', 'down'] },
          latencyMs: { type: 'number', minimum: 0 },
          detail: { type: 'string' },
        }),
      ),
      spool: {
        description: 'What is recorded while the store is away; left out where there is none.',
        ...objectOf({
          waitingRecords: { ...COUNT, description: 'Writes that the store has not got yet' },
          bytes: { ...COUNT, description: 'Of its files' },
          maxBytes: COUNT,
          isAboveHighWater: { type: 'boolean' },
          oldestWaitingMs: { ...orNull(COUNT), description: 'How long the oldest of them waits at most' },
          deadLetters: { ...COUNT, description: 'What the store refused, for a person to look at' },
          breaker: {
            type: 'string',
            enum: ['closed', 'open', 'probing'],
            description: 'Whether the store is called (closed) or taken to be away',
          },
        }),
      },
    },
    ['spool'],
  ),
);

const { resultId, createdAt } = propertiesOf(TEST_RESULT);
/** What the store has assigned, for who has sent the rest. */
const RECORDED_RESULT = named('RecordedResult', objectOf({ resultId: resultId!, createdAt: createdAt! }));
export const BULK_RESULTS = named(
  'BulkResults',
  objectOf({ items: listOf({ anyOf: [refTo(TEST_RESULT), refTo(RECORDED_RESULT)] }) }),
);

/** What the document names under its components. */
export const NAMED_SCHEMAS: readonly NamedSchema[] = [
  SCENARIO,
  SCENARIO_PAGE,
  TEST_RUN,
  TEST_RUN_PAGE,
  CHAOS_EVENT,
  CHAOS_EVENT_PAGE,
  TEST_RESULT,
  TEST_RESULT_PAGE,
  SERVICE_INFO,
  SERVICE_PAGE,
  ACTIVE_RUN,
  ACTIVE_RUN_PAGE,
  AUDIT_ENTRY,
  AUDIT_ENTRY_PAGE,
  BULK_RESULTS,
  RECORDED_RESULT,
  PROBLEM,
  LIVENESS,
  READINESS,
];
