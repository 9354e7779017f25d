import type { DurationStatistics } from '@test-coordinator/domain';

import { instead, type Saboteur } from './saboteur.js';

export const statisticsSaboteurs: readonly Saboteur[] = [
  {
    mistake: 'counts running runs as failed',
    caughtBy: ['testRuns/pass rate', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const calculatePassRate: typeof testRuns.calculatePassRate = async (filter) => {
        const { passed, failed, excluded } = await testRuns.calculatePassRate(filter);
        const lost = failed + excluded.running;
        const rate = passed + lost === 0 ? null : passed / (passed + lost);
        return { rate, passed, failed: lost, excluded: { ...excluded, running: 0 } };
      };
      return { ports: { testRuns: instead(testRuns, { calculatePassRate }) } };
    },
  },
  {
    mistake: 'counts runs that verified nothing as passed',
    caughtBy: ['testRuns/pass rate', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const calculatePassRate: typeof testRuns.calculatePassRate = async (filter) => {
        const { passed, failed, excluded } = await testRuns.calculatePassRate(filter);
        const won = passed + excluded.unverified;
        const rate = won + failed === 0 ? null : won / (won + failed);
        return { rate, passed: won, failed, excluded: { ...excluded, unverified: 0 } };
      };
      return { ports: { testRuns: instead(testRuns, { calculatePassRate }) } };
    },
  },
  {
    mistake: 'says a rate of 0 where nothing was decided',
    caughtBy: ['testResults/statistics', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const calculatePassRate: typeof testResults.calculatePassRate = async (filter) => {
        const rate = await testResults.calculatePassRate(filter);
        return { ...rate, rate: rate.rate ?? 0 };
      };
      return { ports: { testResults: instead(testResults, { calculatePassRate }) } };
    },
  },
  {
    mistake: 'says a mean of 0 over none',
    caughtBy: ['testRuns/durations', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const getAverageDuration: typeof testRuns.getAverageDuration = async (filter) => {
        const durations = await testRuns.getAverageDuration(filter);
        return { ...durations, mean: durations.mean ?? 0 };
      };
      return { ports: { testRuns: instead(testRuns, { getAverageDuration }) } };
    },
  },
  {
    mistake: 'interpolates percentiles',
    caughtBy: ['testRuns/durations', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const getAverageDuration: typeof testRuns.getAverageDuration = async (filter) => {
        const { items } = await testRuns.find(filter ?? {}, { limit: 1_000 });
        const ascending = items.flatMap(({ durationMs }) => durationMs ?? []).sort((a, b) => a - b);
        const durations: DurationStatistics = await testRuns.getAverageDuration(filter);
        return ascending.length === 0 ? durations : { ...durations, p50: interpolated(ascending, 0.5) };
      };
      return { ports: { testRuns: instead(testRuns, { getAverageDuration }) } };
    },
  },
  {
    mistake: 'rounds means',
    caughtBy: ['testRuns/durations'],
    sabotage({ ports: { testRuns } }) {
      const getAverageDuration: typeof testRuns.getAverageDuration = async (filter) => {
        const durations = await testRuns.getAverageDuration(filter);
        return { ...durations, mean: durations.mean === null ? null : Math.round(durations.mean) };
      };
      return { ports: { testRuns: instead(testRuns, { getAverageDuration }) } };
    },
  },
  {
    mistake: 'drops the faults that never recovered',
    caughtBy: ['chaosEvents/recovery times', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents } }) {
      const calculateAverageRecoveryTime: typeof chaosEvents.calculateAverageRecoveryTime = async (
        filter,
      ) => ({
        ...(await chaosEvents.calculateAverageRecoveryTime(filter)),
        neverRecovered: 0,
      });
      return { ports: { chaosEvents: instead(chaosEvents, { calculateAverageRecoveryTime }) } };
    },
  },
  {
    mistake: 'orders assertion types by the alphabet',
    caughtBy: ['testResults/statistics', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const getAssertionStatistics: typeof testResults.getAssertionStatistics = async (filter) =>
        [...(await testResults.getAssertionStatistics(filter))].sort((a, b) =>
          a.assertionType < b.assertionType ? -1 : 1,
        );
      return { ports: { testResults: instead(testResults, { getAssertionStatistics }) } };
    },
  },
  {
    mistake: 'does not filter what it counts',
    caughtBy: ['testResults/statistics', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const countByStatus: typeof testResults.countByStatus = async (filter) => {
        await testResults.countByStatus(filter);
        return testResults.countByStatus();
      };
      return { ports: { testResults: instead(testResults, { countByStatus }) } };
    },
  },
];

function interpolated(ascending: readonly number[], p: number): number {
  const place = p * (ascending.length - 1);
  const below = ascending[Math.floor(place)]!;
  return below + (ascending[Math.ceil(place)]! - below) * (place % 1);
}
