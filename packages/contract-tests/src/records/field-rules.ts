import { arbitraries } from '../arbitraries.js';
import { SECRET } from '../outcome.js';
import type { Input } from './record-kind.js';

/** A value that a field refuses. */
export interface Breach {
  readonly field: string;
  readonly value: unknown;
  /** Where the problem is, when that is not the field itself. */
  readonly path?: string;
}

const LONE_SURROGATE = `${SECRET}\ud800`;

function each(field: string, values: readonly unknown[]): readonly Breach[] {
  return values.map((value) => ({ field, value }));
}

/** Text of `least` to `most` characters. */
export function text(field: string, most: number, least = 0): readonly Breach[] {
  return each(field, [
    42,
    { toString: () => SECRET },
    SECRET.padEnd(most + 1, 'x'),
    `${SECRET}\0`,
    LONE_SURROGATE,
    ...(least > 0 ? [''] : []),
  ]);
}

/** A list of at most `items` texts. */
function textList(field: string, items: number, most: number): readonly Breach[] {
  return [
    ...each(field, [SECRET, { 0: SECRET }, Array.from({ length: items + 1 }, () => 'x')]),
    { field, value: ['fine', ''], path: `${field}[1]` },
    { field, value: [SECRET.padEnd(most + 1, 'x')], path: `${field}[0]` },
    { field, value: [7], path: `${field}[0]` },
  ];
}

function word(field: string): readonly Breach[] {
  return each(field, [SECRET, '', 'ACTIVE', 'Passed', 'toString', 1, ['active']]);
}

/** A whole number. */
export function whole(field: string, least: number, most: number): readonly Breach[] {
  return each(field, ['1', 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, least - 1, most + 1]);
}

function date(field: string): readonly Breach[] {
  return each(field, [
    '2026-01-15T10:20:30.123Z',
    1_768_472_430_123,
    new Date(Number.NaN),
    new Date(8.64e15),
    {},
  ]);
}

function flag(field: string): readonly Breach[] {
  return each(field, ['true', 1, 0]);
}

/** A JSON object, in each of the ways in which it can be hostile. */
export function json(field: string): readonly Breach[] {
  return [
    ...each(field, [SECRET, 1, [], new Date(0), new Map()]),
    ...arbitraries.hostileJson.map(({ member, path }) => ({
      field,
      value: { fine: SECRET, a: member },
      path: path === null ? field : `${field}.a${path}`,
    })),
  ];
}

export function id(field: string): readonly Breach[] {
  return each(field, [SECRET.padEnd(200, '!'), '', 42, 'a b', 'nul\0']);
}

/** Fields that may not be left out, and may not be `null`. */
export function required(...fields: readonly string[]): readonly Breach[] {
  return fields.flatMap((field) => each(field, [undefined, null]));
}

const COUNT = Number.MAX_SAFE_INTEGER;
const INT32 = 2_147_483_647;

/** What each kind of new record refuses, field by field; the first is a field that is not known. */
export const createBreaches: Readonly<Record<'scenario' | 'run' | 'event' | 'result', readonly Breach[]>> = {
  scenario: [
    ...each('createdAt', [new Date(0)]),
    ...each('version', [1]),
    ...required('scenarioId', 'name', 'scenarioType'),
    ...id('scenarioId'),
    ...text('name', 200, 1),
    ...text('description', 10_000),
    ...word('scenarioType'),
    ...word('status'),
    ...json('configuration'),
    ...textList('servicesUnderTest', 1_000, 200),
    ...textList('expectedOutcomes', 1_000, 2_000),
    ...textList('dependsOn', 1_000, 128),
    { field: 'dependsOn', value: ['other', 'restart-engine'], path: 'dependsOn[1]' },
    ...textList('tags', 100, 128),
    ...text('createdBy', 200, 1),
  ],
  run: [
    ...each('secretField', [SECRET]),
    ...each('updatedAt', [new Date(0)]),
    ...required('scenarioId'),
    ...id('runId'),
    ...id('scenarioId'),
    ...word('status'),
    ...date('startedAt'),
    ...date('completedAt'),
    ...whole('durationMs', 0, COUNT),
    ...json('configurationSnapshot'),
    ...text('testEnvironment', 200, 1),
    ...whole('exitCode', -INT32, INT32),
    ...text('errorMessage', 65_536),
    ...text('externalId', 512, 1),
    ...flag('pinned'),
    ...flag('unverified'),
  ],
  event: [
    ...each('updatedAt', [new Date(0)]),
    ...required('runId', 'eventType', 'targetService', 'injectedAt'),
    ...id('eventId'),
    ...id('runId'),
    ...word('eventType'),
    ...text('targetService', 200, 1),
    ...json('parameters'),
    ...date('injectedAt'),
    ...whole('durationMs', 0, COUNT),
    ...word('status'),
    ...date('recoveredAt'),
    ...each('recoveredAt', [new Date('2026-01-15T10:20:29.121Z')]),
    ...whole('recoveryTimeMs', 0, COUNT),
  ],
  result: [
    ...each('version', [1]),
    ...required('runId', 'assertionType', 'expectedValue', 'actualValue', 'status', 'verificationTime'),
    ...id('resultId'),
    ...id('runId'),
    ...text('name', 1_000, 1),
    ...word('assertionType'),
    ...text('expectedValue', 65_536),
    ...text('actualValue', 65_536),
    ...word('status'),
    ...date('verificationTime'),
    ...text('errorDetails', 65_536),
    ...text('correlationId', 200, 1),
    ...whole('attempt', 1, 32_767),
    ...flag('flaky'),
    ...json('metadata'),
  ],
};

/** What a change of a record refuses; `null` where the field cannot be cleared. */
export const changeBreaches: Readonly<Record<'scenario' | 'run' | 'event', readonly Breach[]>> = {
  scenario: [
    ...each('status', ['active']),
    ...each('scenarioId', ['other']),
    ...each('createdBy', ['Ada']),
    ...each('name', [null, '', 42]),
    ...text('description', 10_000),
    ...word('scenarioType'),
    ...each('scenarioType', [null]),
    ...json('configuration'),
    ...each('configuration', [null]),
    ...textList('servicesUnderTest', 1_000, 200),
    ...textList('tags', 100, 128),
    ...each('tags', [null]),
    { field: 'dependsOn', value: ['restart-engine'], path: 'dependsOn[0]' },
  ],
  run: [
    ...each('status', ['passed']),
    ...each('startedAt', [new Date(0)]),
    ...each('durationMs', [1]),
    ...json('configurationSnapshot'),
    ...each('configurationSnapshot', [null]),
    ...text('testEnvironment', 200, 1),
    ...whole('exitCode', -INT32, INT32),
    ...text('externalId', 512, 1),
    ...flag('pinned'),
    ...each('pinned', [null]),
  ],
  event: [
    ...each('status', ['recovered']),
    ...each('recoveredAt', [new Date(0)]),
    ...each('eventType', ['clock_skew']),
    ...text('targetService', 200, 1),
    ...each('targetService', [null]),
    ...json('parameters'),
    ...date('injectedAt'),
    ...whole('durationMs', 0, COUNT),
  ],
};

/** An input with the breach made. */
export function withBreach(input: Input, { field, value }: Breach): Input {
  return { ...input, [field]: value };
}
