import {
  countResults,
  durationStatistics,
  nearestRank,
  recoveryStatistics,
  resultPassRate,
  runPassRate,
} from '@test-coordinator/domain';
import { expect } from 'chai';
import fc from 'fast-check';

const NO_RUNS = { pending: 0, running: 0, passed: 0, failed: 0, error: 0, cancelled: 0, timeout: 0 };

describe('Statistics', () => {
  it('Given runs that decided nothing, when the rate is asked for, then it is null and not 0', () => {
    expect(runPassRate({ ...NO_RUNS, error: 4, running: 1 }, 0).rate).to.equal(null);
    expect(resultPassRate(countResults(['skipped', 'error'])).rate).to.equal(null);
  });

  it('Given runs in every status, when the rate is asked for, then only passed and failed are in it', () => {
    const counts = { pending: 1, running: 2, passed: 5, failed: 1, error: 3, cancelled: 4, timeout: 6 };
    expect(runPassRate(counts, 2)).to.deep.equal({
      rate: 3 / 4,
      passed: 3,
      failed: 1,
      excluded: { pending: 1, running: 2, error: 3, cancelled: 4, timeout: 6, unverified: 2 },
    });
  });

  it('Given results, when the rate is asked for, then skipped and error are excluded by status', () => {
    expect(
      resultPassRate(countResults(['passed', 'passed', 'failed', 'skipped', 'error', 'error'])),
    ).to.deep.equal({
      rate: 2 / 3,
      passed: 2,
      failed: 1,
      excluded: { skipped: 1, error: 2 },
    });
  });

  it('Given nothing, when durations are summed up, then every figure is null and the count is 0', () => {
    expect(durationStatistics([])).to.deep.equal({
      mean: null,
      count: 0,
      p50: null,
      p95: null,
      p99: null,
      max: null,
    });
  });

  it('Given ten durations, when percentiles are asked for, then each is a duration that was measured', () => {
    const statistics = durationStatistics([100, 20, 30, 40, 50, 60, 70, 80, 90, 10]);
    expect(statistics).to.deep.equal({ mean: 55, count: 10, p50: 50, p95: 100, p99: 100, max: 100 });
  });

  it('Given any durations, when a percentile is asked for, then at least that share does not exceed it, and it is the least such', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1 }),
        fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1),
        (durations, p) => {
          const ascending = durations.sort((a, b) => a - b);
          const found = nearestRank(ascending, p)!;
          const shareUpTo = (limit: number): number =>
            ascending.filter((value) => value <= limit).length / ascending.length;
          expect(shareUpTo(found)).to.be.at.least(p);
          const smaller = ascending.filter((value) => value < found).at(-1);
          if (smaller !== undefined) expect(shareUpTo(smaller)).to.be.below(p);
        },
      ),
    );
  });

  it('Given events in every state, when recovery is summed up, then the parts add up and none counts as 0', () => {
    const events = [
      { status: 'recovered' as const, recoveryTimeMs: 100 },
      { status: 'recovered' as const, recoveryTimeMs: 300 },
      { status: 'recovered' as const },
      { status: 'injected' as const },
      { status: 'in_progress' as const },
      { status: 'failed' as const },
      { status: 'pending' as const },
    ];
    const statistics = recoveryStatistics(events);
    expect(statistics).to.deep.include({ mean: 200, count: 2, p50: 100, max: 300 });
    const { count, unmeasured, neverRecovered, failed, pending } = statistics;
    expect({ unmeasured, neverRecovered, failed, pending }).to.deep.equal({
      unmeasured: 1,
      neverRecovered: 2,
      failed: 1,
      pending: 1,
    });
    expect(count + unmeasured + neverRecovered + failed + pending).to.equal(events.length);
  });
});
