import {
  RUN_STATUSES,
  STATUS_TRANSITIONS,
  nearestRank,
  recoveryStatistics,
  type EventStatus,
} from '@test-coordinator/domain';
import {
  CLOCK_SLACK_MS,
  durationText,
  isNewFailure,
  isUnchecked,
  judgeAge,
  judgeCompleteness,
  judgeFinished,
  judgeFirstFailures,
  judgeFlaky,
  judgeNewFailures,
  judgePassRate,
  judgeRecovery,
  judgeRunPassed,
  judgeVerified,
  overallOutcome,
  type Outcome,
} from '@test-coordinator/verdict';
import { expect } from 'chai';
import fc from 'fast-check';

const seed = Date.now() % 2 ** 31;
const NOW = new Date('2026-01-15T10:00:00.000Z');
const BADNESS: Readonly<Record<Outcome, number>> = { passed: 0, unknown: 1, failed: 2 };
const count = fc.nat({ max: 50 });
const someCounts = fc.record({ passed: count, failed: count, skipped: count, error: count });
const counts = (changes: Partial<Record<'passed' | 'failed' | 'skipped' | 'error', number>> = {}) => ({
  passed: 0,
  failed: 0,
  skipped: 0,
  error: 0,
  ...changes,
});

describe(`Rules of a verdict, seed ${seed}`, () => {
  describe('Given what all rules say', () => {
    it('When they are put together, Then one that failed decides, then one that is unknown, and none is no pass', () => {
      const outcomes = fc.array(fc.constantFrom<Outcome>('passed', 'failed', 'unknown'), { minLength: 1 });
      fc.assert(
        fc.property(outcomes, (all) => {
          const worst = Math.max(...all.map((outcome) => BADNESS[outcome]));
          expect(BADNESS[overallOutcome(all.map((outcome) => ({ outcome })))]).to.equal(worst);
        }),
        { seed },
      );
      expect(overallOutcome([])).to.equal('unknown');
    });
  });

  describe('Given the state of a run', () => {
    it('When it is judged finished, Then a decision passes, and every other status is unknown', () => {
      const told = RUN_STATUSES.map((status) => [
        status,
        judgeFinished({ status, unverified: false }).outcome,
      ]);
      expect(Object.fromEntries(told)).to.deep.equal({
        pending: 'unknown',
        running: 'unknown',
        passed: 'passed',
        failed: 'passed',
        error: 'unknown',
        cancelled: 'unknown',
        timeout: 'unknown',
      });
    });

    it('When it is judged verified, Then it takes a result that decided and a run that does not deny it', () => {
      const run = { status: 'passed', unverified: false } as const;
      expect(judgeVerified(run, counts({ passed: 1 })).outcome).to.equal('passed');
      expect(judgeVerified(run, counts({ skipped: 3, error: 2 })).outcome).to.equal('unknown');
      expect(judgeVerified({ ...run, unverified: true }, counts({ passed: 1 })).outcome).to.equal('unknown');
    });

    it('When it failed, Then it fails, unless its failed results are judged by another rule', () => {
      const run = { status: 'failed', unverified: false, errorMessage: 'one order was lost' } as const;
      expect(judgeRunPassed(run, counts({ failed: 2 }), false)).to.deep.equal({
        rule: 'run-passed',
        outcome: 'failed',
        reason: 'the run failed: 2 failed results; one order was lost',
      });
      expect(judgeRunPassed(run, counts({ failed: 2 }), true).outcome).to.equal('passed');
      expect(judgeRunPassed({ ...run, exitCode: 3 }, counts({ passed: 9, error: 1 }), true)).to.deep.include({
        outcome: 'failed',
        reason:
          'the run failed: no failed result tells why; 1 could not be checked; exit code 3; one order was lost',
      });
    });

    it('When it passed although results failed, Then it passes and says so; another status is unknown', () => {
      const passed = judgeRunPassed({ status: 'passed', unverified: false }, counts({ failed: 1 }), false);
      expect([passed.outcome, passed.reason]).to.deep.equal([
        'passed',
        'the run passed, although 1 result failed',
      ]);
      expect(judgeRunPassed({ status: 'timeout', unverified: false }, counts(), false).outcome).to.equal(
        'unknown',
      );
    });

    it('When an answer was made without all of the store, Then it is unknown', () => {
      expect(judgeCompleteness(true).outcome).to.equal('unknown');
      expect(judgeCompleteness(false).outcome).to.equal('passed');
    });
  });

  describe('Given counts and a least pass rate', () => {
    it('When it is passed, Then it would be with all errors failed; when it failed, Then no error could mend it', () => {
      fc.assert(
        fc.property(someCounts, fc.double({ min: 0, max: 1, noNaN: true }), (all, least) => {
          const { outcome } = judgePassRate(least, all);
          const { passed, failed, error } = all;
          if (passed + failed === 0) expect(outcome).to.equal('unknown');
          else {
            const isBelow = passed / (passed + failed) < least;
            const isBelowAtWorst = passed / (passed + failed + error) < least;
            expect(outcome).to.equal(isBelow ? 'failed' : isBelowAtWorst ? 'unknown' : 'passed');
          }
        }),
        { seed },
      );
    });

    it('When a failure is turned into a pass, Then the outcome is never worse', () => {
      fc.assert(
        fc.property(someCounts, fc.double({ min: 0, max: 1, noNaN: true }), (all, least) => {
          fc.pre(all.failed > 0);
          const better = { ...all, failed: all.failed - 1, passed: all.passed + 1 };
          expect(BADNESS[judgePassRate(least, better).outcome]).to.be.at.most(
            BADNESS[judgePassRate(least, all).outcome],
          );
        }),
        { seed },
      );
    });

    it('When it is just reached, Then it is passed, and the reason has the figures', () => {
      expect(judgePassRate(0.99, counts({ passed: 99, failed: 1, skipped: 4 }))).to.deep.equal({
        rule: 'min-pass-rate',
        outcome: 'passed',
        reason: '99 % passed (99 of 100 decided results), at least 99 %; 4 skipped',
      });
      expect(judgePassRate(1, counts({ passed: 1_999, failed: 1 })).reason).to.equal(
        '99.95 % passed (1999 of 2000 decided results), less than 100 %',
      );
    });
  });

  describe('Given faults and the most that a recovery may take', () => {
    const someEvents = fc.array(
      fc.record(
        {
          status: fc.constantFrom<EventStatus>(
            'recovered',
            'recovered',
            'recovered',
            'injected',
            'failed',
            'pending',
          ),
          recoveryTimeMs: fc.nat({ max: 100 }),
        },
        { requiredKeys: ['status'] },
      ),
      { maxLength: 30 },
    );

    it('When it is passed, Then every fault recovered in a known time, and its p95 is within the limit', () => {
      fc.assert(
        fc.property(someEvents, fc.nat({ max: 100 }), (events, mostMs) => {
          const statistics = recoveryStatistics(
            events.map(({ status, recoveryTimeMs }) => ({
              status,
              ...(recoveryTimeMs !== undefined && { recoveryTimeMs }),
            })),
          );
          const { outcome } = judgeRecovery(mostMs, statistics);
          const times = events.flatMap(({ status, recoveryTimeMs }) =>
            status === 'recovered' && recoveryTimeMs !== undefined ? [recoveryTimeMs] : [],
          );
          const p95 = nearestRank(
            times.sort((a, b) => a - b),
            0.95,
          );
          const isLate = (p95 ?? 0) > mostMs || events.some(({ status }) => status === 'injected');
          const isKnown = events.length > 0 && times.length === events.length;
          expect(outcome).to.equal(isLate ? 'failed' : isKnown ? 'passed' : 'unknown');
        }),
        { seed },
      );
    });

    it('When one never recovered, Then it fails however fast the others were', () => {
      const events = [{ status: 'recovered', recoveryTimeMs: 1 }, { status: 'in_progress' }] as const;
      expect(judgeRecovery(5_000, recoveryStatistics(events))).to.deep.equal({
        rule: 'max-recovery-p95',
        outcome: 'failed',
        reason: '1 of 2 faults never recovered',
      });
      expect(judgeRecovery(5_000, recoveryStatistics([])).reason).to.equal(
        'no fault is recorded for the run',
      );
    });
  });

  describe('Given what became of the assertions of a baseline', () => {
    const someTransitions = fc.array(
      fc.record({
        transition: fc.constantFrom(...STATUS_TRANSITIONS),
        count: fc.integer({ min: 1, max: 9 }),
      }),
      { maxLength: 8 },
    );

    it('When they are judged, Then a new failure fails, one that was not checked is unknown, and nothing else matters', () => {
      fc.assert(
        fc.property(someTransitions, (all) => {
          const { outcome } = judgeNewFailures(
            all.map(({ transition, count: n }) => ({ ...transition, count: n })),
          );
          const transitions = all.map(({ transition }) => transition);
          const expected = transitions.some(isNewFailure)
            ? 'failed'
            : transitions.some(isUnchecked)
              ? 'unknown'
              : 'passed';
          expect(outcome).to.equal(expected);
        }),
        { seed },
      );
    });

    it('When each transition is looked at, Then what is a new failure and what was not checked is what a user expects', () => {
      const told = (isMeant: typeof isNewFailure): string[] =>
        STATUS_TRANSITIONS.filter(isMeant).map(({ before, after }) => `${before ?? '-'} ${after ?? '-'}`);
      expect(told(isNewFailure)).to.deep.equal([
        '- failed',
        'passed failed',
        'skipped failed',
        'error failed',
      ]);
      expect(told(isUnchecked)).to.have.members([
        '- error',
        'passed -',
        'passed skipped',
        'passed error',
        'failed -',
        'failed skipped',
        'failed error',
        'skipped error',
      ]);
    });

    it('When there is no baseline, Then no failure can be new where there is none', () => {
      expect(judgeFirstFailures(counts({ passed: 2 })).outcome).to.equal('passed');
      expect(judgeFirstFailures(counts({ passed: 2, failed: 1 })).outcome).to.equal('unknown');
      expect(judgeFirstFailures(counts({ passed: 2, error: 1 })).outcome).to.equal('unknown');
    });

    it('When some failures are new, Then the reason tells them from the others', () => {
      const reason = judgeNewFailures([
        { before: null, after: 'failed', count: 1 },
        { before: 'passed', after: 'failed', count: 2 },
        { before: 'failed', after: 'failed', count: 4 },
      ]).reason;
      expect(reason).to.equal(
        '3 new failures, 1 of them of assertions that the baseline lacks; 4 failed before',
      );
    });
  });

  it('Given flaky results, When there are more than allowed, Then it fails', () => {
    expect([0, 2, 3].map((flaky) => judgeFlaky(2, flaky).outcome)).to.deep.equal([
      'passed',
      'passed',
      'failed',
    ]);
  });

  describe('Given the times of a run', () => {
    it('When it ended longer ago than allowed, Then it is stale, which is unknown; up to then it passes', () => {
      fc.assert(
        fc.property(fc.nat({ max: 10 ** 9 }), fc.nat({ max: 10 ** 9 }), (mostMs, ageMs) => {
          const { outcome } = judgeAge(mostMs, { completedAt: new Date(NOW.getTime() - ageMs) }, NOW);
          expect(outcome).to.equal(ageMs > mostMs ? 'unknown' : 'passed');
        }),
        { seed },
      );
    });

    it('When it has no end, Then its start counts; without times, or in the future, it is unknown', () => {
      const at = (ms: number) => new Date(NOW.getTime() + ms);
      expect(judgeAge(1_000, { startedAt: at(-999) }, NOW).outcome).to.equal('passed');
      expect(judgeAge(1_000, { startedAt: at(-1), completedAt: at(CLOCK_SLACK_MS) }, NOW).outcome).to.equal(
        'passed',
      );
      expect(judgeAge(1_000, { completedAt: at(CLOCK_SLACK_MS + 1) }, NOW).outcome).to.equal('unknown');
      expect(judgeAge(1_000, {}, NOW).outcome).to.equal('unknown');
    });

    it('When a duration is told, Then it is in its two largest units', () => {
      expect([0, 900, 65_000, 7_200_000, 90_061_001].map(durationText)).to.deep.equal([
        '0 ms',
        '900 ms',
        '1 min 5 s',
        '2 h',
        '1 d 1 h',
      ]);
    });
  });
});
