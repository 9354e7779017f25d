import { expect } from 'chai';
import type { NewTestResult } from '@test-coordinator/domain';
import type { RunComparison, RunComparisonRequest } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';

const { id } = fixtures;
const BASELINE = id(1);
const RUN = id(2);
const BOTH = { baselineRunId: BASELINE, runId: RUN };

type Results = readonly Partial<NewTestResult>[];

/** Two runs, and their results in the order given; they passed unless told otherwise. */
async function stored({ ports }: Trial, before: Results, after: Results): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  for (const runId of [BASELINE, RUN]) await ports.testRuns.create(fixtures.testRun({ runId }));
  const all = [
    ...before.map((fields) => ({ runId: BASELINE, ...fields })),
    ...after.map((fields) => ({ runId: RUN, ...fields })),
  ];
  for (const [index, fields] of all.entries())
    await ports.testResults.create(
      fixtures.testResult({ resultId: id(index + 1), status: 'passed', ...fields }),
    );
}

async function compared(
  { ports }: Trial,
  request: Partial<RunComparisonRequest> = {},
): Promise<RunComparison> {
  return ports.testResults.compareRuns({ ...BOTH, ...request });
}

const told = ({ items }: RunComparison): readonly string[] =>
  items.map(({ assertion, group, marks }) => [assertion.name, group, ...marks].join(' '));

const BEFORE: Results = [
  { name: 'breaks', status: 'passed' },
  { name: 'heals', status: 'failed' },
  { name: 'hurts', status: 'failed' },
  { name: 'holds', status: 'passed', metadata: { durationMs: 100 } },
  { name: 'goes', status: 'failed' },
  { name: 'stops telling', status: 'passed' },
  { name: 'never tells', status: 'skipped' },
];
const AFTER: Results = [
  { name: 'holds', status: 'passed', flaky: true, metadata: { durationMs: 250 } },
  { name: 'hurts', status: 'failed' },
  { name: 'heals', status: 'passed' },
  { name: 'breaks', status: 'failed' },
  { name: 'comes', status: 'failed' },
  { name: 'stops telling', status: 'error' },
  { name: 'never tells', status: 'error' },
];
const COUNTS = {
  newly_failed: 1,
  fixed: 1,
  still_failing: 1,
  still_passing: 1,
  added: 1,
  gone: 1,
  undecided: 2,
};

export const comparisonGroup: ContractGroup = {
  subject: 'testResults',
  concern: 'comparison',
  title: 'Given two runs',
  tests: [
    inWorld(
      'When they are compared, Then each assertion is in one group, and they are listed by the result that decided',
      async (trial) => {
        await stored(trial, BEFORE, AFTER);
        const comparison = await compared(trial, { slowerBy: { ratio: 2.5, ms: 150 } });
        expect(told(comparison)).to.deep.equal([
          'goes gone',
          'holds still_passing flaky slower',
          'hurts still_failing',
          'heals fixed',
          'breaks newly_failed',
          'comes added',
          'stops telling undecided',
          'never tells undecided',
        ]);
        expect(comparison.counts).to.deep.equal(COUNTS);
        expect(comparison.marks).to.deep.equal({ flaky: 1, slower: 1, faster: 0 });
        expect(comparison.transitions).to.deep.equal([
          { before: null, after: 'failed', count: 1 },
          { before: 'passed', after: 'passed', count: 1 },
          { before: 'passed', after: 'failed', count: 1 },
          { before: 'passed', after: 'error', count: 1 },
          { before: 'failed', after: null, count: 1 },
          { before: 'failed', after: 'passed', count: 1 },
          { before: 'failed', after: 'failed', count: 1 },
          { before: 'skipped', after: 'error', count: 1 },
        ]);
        expect(comparison.items[1]).to.deep.equal({
          assertion: { assertionType: 'response_time', name: 'holds', place: {}, occurrence: 1 },
          group: 'still_passing',
          marks: ['flaky', 'slower'],
          before: { resultId: id(4), status: 'passed', flaky: false, durationMs: 100 },
          after: { resultId: id(8), status: 'passed', flaky: true, durationMs: 250 },
          durationChangeMs: 150,
        });
        expect(comparison.items[0]).to.deep.include({ before: outcome(5, 'failed'), after: null });
      },
    ),
    inWorld('When some findings are asked for, Then those are listed, and all are counted', async (trial) => {
      await stored(trial, BEFORE, AFTER);
      const listed = async (findings: RunComparisonRequest['findings']) => {
        const comparison = await compared(trial, { findings, slowerBy: { ratio: 1, ms: 151 } });
        expect(comparison.counts).to.deep.equal(COUNTS);
        return told(comparison);
      };
      expect(await listed(['newly_failed', 'gone'])).to.deep.equal(['goes gone', 'breaks newly_failed']);
      expect(await listed(['fixed', 'flaky'])).to.deep.equal(['holds still_passing flaky', 'heals fixed']);
      expect(await listed(['slower', 'faster'])).to.deep.equal([]);
      expect(await listed([])).to.deep.equal([]);
    }),
    inWorld('When one is compared with itself, Then nothing has changed', async (trial) => {
      await stored(trial, BEFORE, AFTER);
      const { counts, marks } = await compared(trial, {
        baselineRunId: RUN,
        slowerBy: { ratio: 1, ms: 0 },
      });
      expect(counts).to.deep.include({ newly_failed: 0, fixed: 0, added: 0, gone: 0, still_failing: 3 });
      expect(marks).to.deep.equal({ flaky: 1, slower: 0, faster: 0 });
    }),
    inWorld('When they are compared the other way round, Then it is the mirror', async (trial) => {
      await stored(trial, BEFORE, AFTER);
      const mirror = { baselineRunId: RUN, runId: BASELINE, slowerBy: { ratio: 2.5, ms: 150 } };
      const { counts, marks } = await compared(trial, mirror);
      expect(counts).to.deep.equal(COUNTS);
      expect(marks).to.deep.equal({ flaky: 0, slower: 0, faster: 1 });
    }),
    inWorld(
      'When names repeat, Then assertions are told apart by type, phase, suite, class and occurrence',
      async (trial) => {
        const places: Results = [
          {},
          { assertionType: 'availability' },
          { metadata: { suite: 'a', file: 'here' } },
          { metadata: { suite: 'b' } },
          { metadata: { className: 'a' } },
          { metadata: { suite: 'a', className: 'a' } },
          { metadata: { phase: 'a' } },
          { metadata: { suite: 7 } },
          { metadata: { className: [] } },
          { metadata: { className: [], suite: 'a' } },
          { name: 'orders' },
          {},
        ];
        const moved = places.map((fields) => ({
          ...fields,
          ...(fields.metadata != null && { metadata: { ...fields.metadata, file: 'there' } }),
        }));
        await stored(trial, places, [...moved, {}]);
        const { items, counts } = await compared(trial);
        expect(counts).to.include({ still_passing: places.length, added: 1, gone: 0 });
        expect(items.map(({ assertion }) => assertion.place)).to.deep.equal([
          {},
          {},
          { suite: 'a' },
          { suite: 'b' },
          { className: 'a' },
          { suite: 'a', className: 'a' },
          { phase: 'a' },
          { suite: 7 },
          { className: [] },
          { className: [], suite: 'a' },
          {},
          {},
          {},
        ]);
        expect(items.map(({ assertion }) => assertion.occurrence)).to.deep.equal([
          1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3,
        ]);
        expect(items[0]!.assertion).to.not.have.property('name');
        expect(items[10]!.assertion).to.include({ name: 'orders' });
      },
    ),
    inWorld(
      'When an assertion was tried again, Then its last attempt decides, and counts once',
      async (trial) => {
        await stored(
          trial,
          [{}],
          [
            { status: 'failed' },
            { status: 'error', attempt: 2 },
            { attempt: 3 },
            { status: 'failed' },
            { attempt: 2, metadata: { occurrence: 2 } },
          ],
        );
        const { items, counts } = await compared(trial);
        expect(counts).to.include({ still_passing: 1, added: 2, newly_failed: 0 });
        expect(items.map(({ after }) => after)).to.deep.equal([
          { ...outcome(4, 'passed'), flaky: true },
          outcome(5, 'failed'),
          outcome(6, 'passed'),
        ]);
      },
    ),
    inWorld('When a duration is none, or not of two that passed, Then nothing is slower', async (trial) => {
      const lasting = (...all: readonly (number | string)[]) =>
        all.map((durationMs, index) => ({ name: `${index}`, metadata: { durationMs } }));
      await stored(trial, lasting(0, -5, '5', 10), [
        ...lasting(10, 10, 10),
        { name: '3', status: 'failed', metadata: { durationMs: 99 } },
      ]);
      const { items, marks } = await compared(trial, { slowerBy: { ratio: 1e6, ms: 0 } });
      expect(marks).to.include({ slower: 1, faster: 0 });
      expect(items.map(({ durationChangeMs }) => durationChangeMs)).to.deep.equal([
        10,
        ...Array.from({ length: 3 }, () => undefined),
      ]);
    }),
    inWorld('When a run is not there, Then it is NOT_FOUND', async (trial) => {
      await stored(trial, BEFORE, AFTER);
      await expectRefusal(compared(trial, { runId: id(99) }), 'NOT_FOUND');
      await expectRefusal(compared(trial, { baselineRunId: id(99) }), 'NOT_FOUND');
    }),
    inWorld('When the request is not what it must be, Then it is INVALID_ARGUMENT', async (trial) => {
      const bad: readonly [path: string, request: object][] = [
        ['runId', { runId: 'run-1' }],
        ['baselineRunId', { baselineRunId: undefined }],
        ['findings', { findings: 'fixed' }],
        ['findings[1]', { findings: ['fixed', 'broken'] }],
        ['slowerBy.ratio', { slowerBy: { ratio: 0.5, ms: 0 } }],
        ['slowerBy.ratio', { slowerBy: { ratio: 1e7, ms: 0 } }],
        ['slowerBy.ms', { slowerBy: { ratio: 1, ms: Number.NaN } }],
        ['slowerBy.percent', { slowerBy: { percent: 5 } }],
        ['request.group', { group: 'fixed' }],
      ];
      for (const [path, request] of bad)
        await expectRefusal(compared(trial, request), 'INVALID_ARGUMENT', { path });
      await expectRefusal(trial.ports.testResults.compareRuns(null as never), 'INVALID_ARGUMENT', {
        path: 'request',
      });
    }),
  ],
};

function outcome(n: number, status: string): object {
  return { resultId: id(n), status, flaky: false };
}
