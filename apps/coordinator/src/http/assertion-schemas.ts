import {
  ASSERTION_TYPES,
  COMPARISON_GROUPS,
  COMPARISON_MARKS,
  RESULT_STATUSES,
  type SchemaFragment,
} from '@test-coordinator/domain';

import {
  COUNT,
  FRESHNESS,
  listOf,
  named,
  objectOf,
  orNull,
  TIME,
  type NamedSchema,
} from './record-schemas.js';

/** The shapes of what is told of assertions across runs, as JSON Schema: those of the domain. */

const ID: SchemaFragment = { type: 'string', format: 'uuid' };
const STATUS: SchemaFragment = { type: 'string', enum: RESULT_STATUSES };
const STATUS_OR_ABSENT: SchemaFragment = {
  enum: [...RESULT_STATUSES, null],
  description: 'null: the run does not have it',
};
const MILLISECONDS: SchemaFragment = { type: 'number', minimum: 0 };
const NEXT_CURSOR: SchemaFragment = { type: ['string', 'null'] };

const ASSERTION: SchemaFragment = {
  ...objectOf(
    {
      assertionType: { type: 'string', enum: ASSERTION_TYPES },
      name: { type: 'string' },
      place: {
        type: 'object',
        additionalProperties: true,
        description: "phase, suite and className of the result's metadata, those that are there",
      },
      occurrence: { type: 'integer', minimum: 1, description: 'Which of the equal ones of its run' },
    },
    ['name'],
  ),
  description: 'What finds it again in another run',
};

const OUTCOME: SchemaFragment = orNull(
  objectOf({ resultId: ID, status: STATUS, flaky: { type: 'boolean' }, durationMs: MILLISECONDS }, [
    'durationMs',
  ]),
);

function countsOf(words: readonly string[]): SchemaFragment {
  return objectOf(Object.fromEntries(words.map((word) => [word, COUNT])));
}

export const RUN_COMPARISON = named(
  'RunComparison',
  objectOf(
    {
      items: listOf(
        objectOf(
          {
            assertion: ASSERTION,
            group: { type: 'string', enum: COMPARISON_GROUPS },
            marks: listOf({ type: 'string', enum: COMPARISON_MARKS }),
            before: OUTCOME,
            after: OUTCOME,
            durationChangeMs: { type: 'number' },
          },
          ['durationChangeMs'],
        ),
      ),
      nextCursor: NEXT_CURSOR,
      counts: { ...countsOf(COMPARISON_GROUPS), description: 'Over all assertions, whatever is listed' },
      marks: countsOf(COMPARISON_MARKS),
      transitions: listOf(objectOf({ before: STATUS_OR_ABSENT, after: STATUS_OR_ABSENT, count: COUNT })),
      freshness: FRESHNESS,
    },
    ['freshness'],
  ),
);

export const ASSERTION_HISTORIES = named(
  'AssertionHistories',
  objectOf(
    {
      items: listOf(
        objectOf({
          assertion: ASSERTION,
          decided: COUNT,
          passed: COUNT,
          failed: COUNT,
          undecided: { ...COUNT, description: 'Skipped or in error' },
          flaky: COUNT,
          flips: COUNT,
          streak: orNull(
            objectOf({
              status: { type: 'string', enum: ['passed', 'failed'] },
              length: { type: 'integer', minimum: 1 },
              firstRunId: ID,
              since: TIME,
              mayBeLonger: { type: 'boolean', description: 'It may have begun before the runs looked at' },
            }),
          ),
          lastResultId: ID,
          missedRuns: { ...COUNT, description: 'How many runs are newer than the last that has it' },
        }),
      ),
      nextCursor: NEXT_CURSOR,
      runs: { ...COUNT, description: 'How many runs were looked at' },
      freshness: FRESHNESS,
    },
    ['freshness'],
  ),
);

export const ASSERTION_SCHEMAS: readonly NamedSchema[] = [RUN_COMPARISON, ASSERTION_HISTORIES];
