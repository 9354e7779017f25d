import type { ComparedAssertion } from '@test-coordinator/domain';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

export const assertionSaboteurs: readonly Saboteur[] = [
  {
    mistake: 'takes a broken test for a new failure',
    caughtBy: ['testResults/comparison'],
    sabotage({ ports: { testResults } }) {
      const compareRuns: typeof testResults.compareRuns = async (request, page) => {
        const comparison = await testResults.compareRuns(request, page);
        const isBroken = ({ before, after }: ComparedAssertion): boolean =>
          before?.status === 'passed' && after?.status === 'error';
        const items = comparison.items.map((entry) =>
          isBroken(entry) ? { ...entry, group: 'newly_failed' as const } : entry,
        );
        return { ...comparison, items };
      };
      return { ports: { testResults: instead(testResults, { compareRuns }) } };
    },
  },
  {
    mistake: 'counts only what the page lists',
    caughtBy: ['testResults/comparison', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const compareRuns: typeof testResults.compareRuns = async (request, page) => {
        const { items, ...comparison } = await testResults.compareRuns(request, page);
        const counts = Object.fromEntries(
          Object.keys(comparison.counts).map((group) => [
            group,
            items.filter((entry) => entry.group === group).length,
          ]),
        ) as typeof comparison.counts;
        return { ...comparison, items, counts };
      };
      return { ports: { testResults: instead(testResults, { compareRuns }) } };
    },
  },
  {
    mistake: 'compares with a run that is not there as with an empty one',
    caughtBy: ['testResults/comparison', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const compareRuns: typeof testResults.compareRuns = (request, page) =>
        onRefusal(testResults.compareRuns(request, page), 'NOT_FOUND', () => ({
          items: [],
          nextCursor: null,
          counts: {
            newly_failed: 0,
            fixed: 0,
            still_failing: 0,
            still_passing: 0,
            added: 0,
            gone: 0,
            undecided: 0,
          },
          marks: { flaky: 0, slower: 0, faster: 0 },
          transitions: [],
        }));
      return { ports: { testResults: instead(testResults, { compareRuns }) } };
    },
  },
  {
    mistake: 'calls every longer duration slower',
    caughtBy: ['testResults/comparison'],
    sabotage({ ports: { testResults } }) {
      const compareRuns: typeof testResults.compareRuns = (request, page) =>
        testResults.compareRuns(
          request?.slowerBy === undefined
            ? request
            : { ...request, slowerBy: { ...request.slowerBy, ms: 0 } },
          page,
        );
      return { ports: { testResults: instead(testResults, { compareRuns }) } };
    },
  },
  {
    mistake: 'does not know a suite from another',
    caughtBy: ['testResults/comparison'],
    sabotage({ ports: { testResults } }) {
      const create: typeof testResults.create = (result, options) => {
        const { suite: _, ...metadata } = result?.metadata ?? {};
        return testResults.create(result?.metadata == null ? result : { ...result, metadata }, options);
      };
      return { ports: { testResults: instead(testResults, { create }) } };
    },
  },
  {
    mistake: 'lists a comparison the newest first',
    caughtBy: ['testResults/comparison', 'testResults/pages of a comparison'],
    sabotage({ ports: { testResults } }) {
      const compareRuns: typeof testResults.compareRuns = async (request, page) => {
        const comparison = await testResults.compareRuns(request, page);
        return { ...comparison, items: [...comparison.items].reverse() };
      };
      return { ports: { testResults: instead(testResults, { compareRuns }) } };
    },
  },
  {
    mistake: 'looks at one run more than it is asked to',
    caughtBy: ['testResults/histories', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const getAssertionHistories: typeof testResults.getAssertionHistories = (request, page) =>
        testResults.getAssertionHistories(
          typeof request?.runs === 'number' && request.runs < 1_000
            ? { ...request, runs: request.runs + 1 }
            : request,
          page,
        );
      return { ports: { testResults: instead(testResults, { getAssertionHistories }) } };
    },
  },
  {
    mistake: 'says of no streak that it may be longer',
    caughtBy: ['testResults/histories'],
    sabotage({ ports: { testResults } }) {
      const getAssertionHistories: typeof testResults.getAssertionHistories = async (request, page) => {
        const { items, ...histories } = await testResults.getAssertionHistories(request, page);
        const short = items.map(({ streak, ...history }) => ({
          ...history,
          streak: streak && { ...streak, mayBeLonger: false },
        }));
        return { ...histories, items: short };
      };
      return { ports: { testResults: instead(testResults, { getAssertionHistories }) } };
    },
  },
  {
    mistake: 'lists histories in the order of their names',
    caughtBy: ['testResults/histories', "testResults/pages of a scenario's assertions"],
    sabotage({ ports: { testResults } }) {
      const getAssertionHistories: typeof testResults.getAssertionHistories = async (request, page) => {
        const { items, ...histories } = await testResults.getAssertionHistories(request, page);
        const sorted = [...items].sort((a, b) =>
          (a.assertion.name ?? '') < (b.assertion.name ?? '') ? -1 : 1,
        );
        return { ...histories, items: sorted };
      };
      return { ports: { testResults: instead(testResults, { getAssertionHistories }) } };
    },
  },
];
