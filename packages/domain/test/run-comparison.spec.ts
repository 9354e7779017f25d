import {
  COMPARISON_GROUPS,
  STATUS_TRANSITIONS,
  assertionHistories,
  assertionKey,
  checkedAssertions,
  compareAssertions,
  comparisonGroup,
  newTestResult,
  type CheckedAssertion,
  type ComparedAssertion,
  type ComparisonGroup,
  type NewTestResult,
  type TestResult,
} from '@test-coordinator/domain';
import { expect } from 'chai';
import fc from 'fast-check';

const NOW = new Date('2026-01-15T10:00:00.000Z');
const idOf = (n: number): string => `019bc12b-c62b-7000-8000-${n.toString(16).padStart(12, '0')}`;
const resultAt = (n: number, fields: Partial<NewTestResult> = {}): TestResult =>
  newTestResult(
    {
      runId: idOf(1),
      name: 'orders are acknowledged',
      assertionType: 'latency',
      expectedValue: '',
      actualValue: '',
      status: 'passed',
      verificationTime: NOW,
      ...fields,
    },
    () => idOf(n),
    NOW,
  );
const checked = (...all: Partial<NewTestResult>[]): readonly CheckedAssertion[] =>
  checkedAssertions(all.map((fields, index) => resultAt(index + 1, fields)));
const named = (all: readonly CheckedAssertion[]): string[] =>
  all.map(({ assertion, outcome }) => `${assertion.occurrence} ${outcome.status}`);

/** Few words, so that identities repeat within a run and meet between runs. */
const someResults = fc
  .array(
    fc.record(
      {
        name: fc.constantFrom('a', 'b', undefined),
        assertionType: fc.constantFrom('latency', 'availability'),
        status: fc.constantFrom('passed', 'failed', 'skipped', 'error'),
        attempt: fc.constantFrom(1, 2, 3),
        flaky: fc.boolean(),
        metadata: fc.record(
          {
            suite: fc.constantFrom('a', 'b', 7),
            className: fc.constantFrom('a'),
            durationMs: fc.constantFrom(0, 10, 99.5, 200, -1, 'x'),
            occurrence: fc.constantFrom(1),
          },
          { requiredKeys: [], noNullPrototype: true },
        ),
      },
      { requiredKeys: ['assertionType', 'status'], noNullPrototype: true },
    ),
    { maxLength: 25 },
  )
  .map((all) => checked(...(all as Partial<NewTestResult>[])));
const someThreshold = fc.option(
  fc.record({ ratio: fc.constantFrom(1, 1.5, 3), ms: fc.constantFrom(0, 50) }),
  { nil: undefined },
);
const seed = Date.now() % 2 ** 31;

describe(`Assertions of a run, seed ${seed}`, () => {
  it('Given equal names in other suites, classes and phases, when they are told apart, then each is the first of its place', () => {
    const places = [{ suite: 'a' }, { suite: 7 }, { suite: 'a', className: 'A' }, { phase: 'before' }, {}];
    const all = checked(...places.map((metadata) => ({ metadata })));
    expect(all.map(({ assertion }) => assertion.place)).to.deep.equal(places);
    expect(new Set(all.map(({ assertion }) => assertionKey(assertion))).size).to.equal(5);
    expect(named(all)).to.deep.equal(['1 passed', '1 passed', '1 passed', '1 passed', '1 passed']);
  });

  it('Given one that was tried again until it passed, when the run is read, then it is one flaky assertion', () => {
    const [only, ...others] = checked(
      { status: 'failed' },
      { status: 'error', attempt: 2 },
      { status: 'passed', attempt: 3 },
    );
    expect(others).to.deep.equal([]);
    expect(only!.outcome).to.deep.equal({ resultId: idOf(3), status: 'passed', flaky: true });
  });

  it('Given repetitions that are no attempts, when the run is read, then each is an occurrence of its own', () => {
    expect(named(checked({ status: 'failed' }, { status: 'passed' }))).to.deep.equal([
      '1 failed',
      '2 passed',
    ]);
    expect(named(checked({ status: 'passed' }, { attempt: 2 }))).to.deep.equal(['1 passed', '2 passed']);
    expect(named(checked({ status: 'failed' }, { attempt: 3 }))).to.deep.equal(['1 failed', '2 passed']);
    const numbered = checked({ status: 'failed' }, { attempt: 2, metadata: { occurrence: 1 } });
    expect(named(numbered)).to.deep.equal(['1 failed', '2 passed']);
  });

  it('Given durations that are none, when the run is read, then they are absent', () => {
    const all = checked(...[12.5, 0, -1, '12', null].map((durationMs) => ({ metadata: { durationMs } })));
    expect(all.map(({ outcome }) => outcome.durationMs)).to.deep.equal([
      12.5,
      0,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe(`Comparison of two runs, seed ${seed}`, () => {
  const keysIn = (group: ComparisonGroup, compared: readonly ComparedAssertion[]): string[] =>
    compared
      .filter((entry) => entry.group === group)
      .map(({ assertion }) => assertionKey(assertion))
      .sort();

  it('Given every transition, when its group is asked for, then it is the one that a user expects', () => {
    const told = Object.fromEntries(
      STATUS_TRANSITIONS.map((transition) => [
        `${transition.before ?? '-'} ${transition.after ?? '-'}`,
        comparisonGroup(transition),
      ]),
    );
    expect(STATUS_TRANSITIONS).to.have.length(24);
    expect(told).to.include({
      'passed failed': 'newly_failed',
      'failed passed': 'fixed',
      'failed failed': 'still_failing',
      'passed passed': 'still_passing',
      '- failed': 'added',
      '- skipped': 'added',
      'failed -': 'gone',
      'passed error': 'undecided',
      'failed skipped': 'undecided',
      'error failed': 'undecided',
      'error error': 'undecided',
    });
    expect(() => comparisonGroup({ before: null, after: null })).to.throw(RangeError);
  });

  it('Given any run, when it is compared with itself, then nothing has changed', () => {
    fc.assert(
      fc.property(someResults, someThreshold, (run, threshold) => {
        const compared = compareAssertions(run, run, threshold);
        expect(compared).to.have.length(run.length);
        const same: readonly ComparisonGroup[] = ['still_failing', 'still_passing', 'undecided'];
        for (const { group, marks, before, after } of compared) {
          expect(same).to.include(group);
          expect(marks).to.not.include('slower').and.not.include('faster');
          expect(before).to.deep.equal(after);
        }
      }),
      { seed },
    );
  });

  it('Given any two runs, when they are compared both ways, then one is the mirror of the other', () => {
    const mirror: Readonly<Record<ComparisonGroup, ComparisonGroup>> = {
      newly_failed: 'fixed',
      fixed: 'newly_failed',
      still_failing: 'still_failing',
      still_passing: 'still_passing',
      added: 'gone',
      gone: 'added',
      undecided: 'undecided',
    };
    const paceOf = (mark: 'slower' | 'faster', all: readonly ComparedAssertion[]): string[] =>
      all
        .filter(({ marks }) => marks.includes(mark))
        .map(({ assertion }) => assertionKey(assertion))
        .sort();
    fc.assert(
      fc.property(someResults, someResults, someThreshold, (one, other, threshold) => {
        const there = compareAssertions(one, other, threshold);
        const back = compareAssertions(other, one, threshold);
        for (const group of COMPARISON_GROUPS)
          expect(keysIn(group, there)).to.deep.equal(keysIn(mirror[group], back));
        expect(paceOf('slower', there)).to.deep.equal(paceOf('faster', back));
        expect(paceOf('faster', there)).to.deep.equal(paceOf('slower', back));
      }),
      { seed },
    );
  });

  it('Given any two runs, when they are compared, then each assertion of either is told once, in one group', () => {
    fc.assert(
      fc.property(someResults, someResults, (one, other) => {
        const union = new Set([...one, ...other].map(({ assertion }) => assertionKey(assertion)));
        const compared = compareAssertions(one, other);
        expect(compared.map(({ assertion }) => assertionKey(assertion))).to.have.members([...union]);
        const grouped = COMPARISON_GROUPS.reduce((sum, group) => sum + keysIn(group, compared).length, 0);
        expect(grouped).to.equal(union.size);
      }),
      { seed },
    );
  });

  it('Given durations, when a threshold is given, then both its parts must be reached, by those that passed in both', () => {
    const marksOf = (beforeMs: number, afterMs: number, status: 'passed' | 'failed' = 'passed') =>
      compareAssertions(
        checked({ metadata: { durationMs: beforeMs } }),
        checked({ status, metadata: { durationMs: afterMs } }),
        { ratio: 1.5, ms: 100 },
      )[0]!;
    expect(marksOf(200, 300)).to.deep.include({ marks: ['slower'], durationChangeMs: 100 });
    expect(marksOf(300, 200)).to.deep.include({ marks: ['faster'], durationChangeMs: -100 });
    expect(marksOf(200, 299).marks).to.deep.equal([]);
    expect(marksOf(1_000, 1_400).marks).to.deep.equal([]);
    expect(marksOf(200, 900, 'failed'))
      .to.deep.include({ marks: [] })
      .and.not.have.property('durationChangeMs');
  });
});

describe(`Histories of assertions, seed ${seed}`, () => {
  type Status = 'passed' | 'failed' | 'error' | 'skipped';
  /** Of one assertion, the newest run first; `null` is a run that does not have it. */
  const historyOf = (statuses: readonly (Status | null)[], hasOlder = false) => {
    const runs = statuses.map((status, place) => ({
      run: { runId: idOf(100 - place), createdAt: new Date(NOW.getTime() - place) },
      results: status === null ? [] : [resultAt(1_000 - place, { status })],
    }));
    return assertionHistories(runs, hasOlder);
  };

  it('Given a failing streak with a broken run in it, when it is read, then it began at its oldest failure', () => {
    const [history] = historyOf([null, 'failed', 'error', 'failed', 'passed', 'failed'], true);
    expect(history).to.deep.equal({
      assertion: { assertionType: 'latency', name: 'orders are acknowledged', place: {}, occurrence: 1 },
      decided: 4,
      passed: 1,
      failed: 3,
      undecided: 1,
      flaky: 0,
      flips: 2,
      streak: {
        status: 'failed',
        length: 2,
        firstRunId: idOf(97),
        since: new Date(NOW.getTime() - 3),
        mayBeLonger: false,
      },
      lastResultId: idOf(999),
      missedRuns: 1,
    });
  });

  it('Given a streak that reaches the last run that was looked at, when there are older runs, then it may be longer', () => {
    expect(historyOf(['failed', 'failed', 'skipped'], true)[0]!.streak).to.include({
      length: 2,
      mayBeLonger: true,
    });
    expect(historyOf(['failed', 'failed', 'skipped'], false)[0]!.streak).to.include({ mayBeLonger: false });
    expect(historyOf(['error', 'skipped'], true)[0]).to.include({ streak: null, decided: 0, undecided: 2 });
  });

  it('Given any outcomes, when they are read, then the figures add up', () => {
    const status = fc.constantFrom<Status | null>('passed', 'failed', 'error', 'skipped', null);
    fc.assert(
      fc.property(fc.array(status, { maxLength: 12 }), (statuses) => {
        const seen = statuses.filter((each) => each !== null);
        const [history] = historyOf(statuses);
        expect(history === undefined).to.equal(seen.length === 0);
        if (history === undefined) return;
        expect(history.passed + history.failed).to.equal(history.decided);
        expect(history.decided + history.undecided).to.equal(seen.length);
        expect(history.streak?.length ?? 0).to.be.at.most(history.decided);
        // Without a flip the streak is all of them; with one it is not.
        expect((history.streak?.length ?? 0) === history.decided).to.equal(history.flips === 0);
      }),
      { seed },
    );
  });
});
