import type { ChaosEvent, Scenario, TestRun } from '@test-coordinator/domain';
import { encodeCursor, type Page, type TestResultFilter } from '@test-coordinator/ports';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

const pages: readonly Saboteur[] = [
  {
    mistake: 'answers pages oldest first',
    caughtBy: ['testRuns/pages of recent runs'],
    sabotage({ ports: { testRuns } }) {
      const getRecentRuns: typeof testRuns.getRecentRuns = async (page) => {
        const { items, nextCursor } = await testRuns.getRecentRuns(page);
        return { items: [...items].reverse(), nextCursor };
      };
      return { ports: { testRuns: instead(testRuns, { getRecentRuns }) } };
    },
  },
  {
    mistake: 'repeats the last item of a page on the next one',
    caughtBy: ['chaosEvents/pages of all events', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents } }) {
      const last = new Map<string, ChaosEvent>();
      const find: typeof chaosEvents.find = async (filter, request) => {
        const page = await chaosEvents.find(filter, request);
        if (page.nextCursor !== null) last.set(page.nextCursor, page.items.at(-1)!);
        const repeated = request?.cursor === undefined ? undefined : last.get(request.cursor);
        return { ...page, items: repeated === undefined ? page.items : [repeated, ...page.items] };
      };
      return { ports: { chaosEvents: instead(chaosEvents, { find }) } };
    },
  },
  {
    mistake: 'names a next cursor behind the last item when the page is full',
    caughtBy: ['testResults/pages of all results', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const find: typeof testResults.find = async (filter, request) => {
        const page = await testResults.find(filter, request);
        const full = page.items.length === request?.limit;
        return full
          ? { ...page, nextCursor: page.nextCursor ?? encodeCursor([page.items.at(-1)!.resultId]) }
          : page;
      };
      return { ports: { testResults: instead(testResults, { find }) } };
    },
  },
  {
    mistake: 'pages by offset',
    caughtBy: ['testRuns/pages of recent runs'],
    sabotage({ ports: { testRuns } }) {
      const offsets = new Map<string, number>();
      const getRecentRuns: typeof testRuns.getRecentRuns = async (request) => {
        const page = await testRuns.getRecentRuns(request);
        const start = offsets.get(request?.cursor ?? '') ?? 0;
        if (page.nextCursor !== null) offsets.set(page.nextCursor, start + page.items.length);
        if (start === 0) return page;
        const { items } = await testRuns.getRecentRuns({ limit: 1_000 });
        return { ...page, items: items.slice(start, start + (request?.limit ?? 100)) };
      };
      return { ports: { testRuns: instead(testRuns, { getRecentRuns }) } };
    },
  },
  {
    mistake: 'orders scenarios of one time by rising id',
    caughtBy: ['scenarios/pages of all scenarios', 'scenarios/pages of draft scenarios'],
    sabotage({ ports: { scenarios } }) {
      const ordered = ({ items, nextCursor }: Page<Scenario>): Page<Scenario> => ({
        items: [...items].sort(
          (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.scenarioId < b.scenarioId ? -1 : 1),
        ),
        nextCursor,
      });
      return {
        ports: {
          scenarios: instead(scenarios, {
            listAll: async (page) => ordered(await scenarios.listAll(page)),
            find: async (filter, page) => ordered(await scenarios.find(filter, page)),
          }),
        },
      };
    },
  },
  {
    mistake: 'cuts a limit that is too great to the greatest',
    caughtBy: ['testRuns/pages of recent runs'],
    sabotage({ ports: { testRuns } }) {
      const getRecentRuns: typeof testRuns.getRecentRuns = (page = {}) =>
        testRuns.getRecentRuns(
          page.limit === undefined ? page : { ...page, limit: Math.min(page.limit, 1_000) },
        );
      return { ports: { testRuns: instead(testRuns, { getRecentRuns }) } };
    },
  },
  {
    mistake: 'does not know offsets',
    caughtBy: ['scenarios/pages of all scenarios', 'scenarios/model'],
    sabotage({ ports: { scenarios } }) {
      const listAll: typeof scenarios.listAll = (page) => scenarios.listAll({ ...page, offset: 0 });
      return { ports: { scenarios: instead(scenarios, { listAll }) } };
    },
  },
  {
    mistake: 'starts from the beginning when it cannot read the cursor',
    caughtBy: ['serviceDiscovery/pages of all instances'],
    sabotage({ ports: { serviceDiscovery } }) {
      const listAllServices: typeof serviceDiscovery.listAllServices = (page) =>
        onRefusal(serviceDiscovery.listAllServices(page), 'INVALID_ARGUMENT', () =>
          serviceDiscovery.listAllServices(),
        );
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { listAllServices }) } };
    },
  },
  {
    mistake: "answers a run's events newest first",
    caughtBy: ["chaosEvents/pages of a run's events", 'chaosEvents/find'],
    sabotage({ ports: { chaosEvents } }) {
      const getByRun: typeof chaosEvents.getByRun = async (runId, page) => {
        const { items, nextCursor } = await chaosEvents.getByRun(runId, page);
        return { items: [...items].reverse(), nextCursor };
      };
      return { ports: { chaosEvents: instead(chaosEvents, { getByRun }) } };
    },
  },
];

const ofParents: readonly Saboteur[] = [
  {
    mistake: "answers a scenario's runs oldest first",
    caughtBy: ["testRuns/pages of a scenario's runs", 'testRuns/find'],
    sabotage({ ports: { testRuns } }) {
      const getByScenario: typeof testRuns.getByScenario = async (scenarioId, page) => {
        const { items, nextCursor } = await testRuns.getByScenario(scenarioId, page);
        return { items: [...items].reverse(), nextCursor };
      };
      return { ports: { testRuns: instead(testRuns, { getByScenario }) } };
    },
  },
  {
    mistake: "answers a run's results newest first",
    caughtBy: ["testResults/pages of a run's results", 'testResults/find', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const getByRun: typeof testResults.getByRun = async (runId, page) => {
        const { items, nextCursor } = await testResults.getByRun(runId, page);
        return { items: [...items].reverse(), nextCursor };
      };
      return { ports: { testResults: instead(testResults, { getByRun }) } };
    },
  },
];

const filters: readonly Saboteur[] = [
  {
    mistake: 'reads % in a text as a wildcard',
    caughtBy: ['scenarios/find'],
    sabotage({ ports: { scenarios } }) {
      const find: typeof scenarios.find = ({ text, ...filter }, page) =>
        scenarios.find({ ...filter, ...(text !== undefined && text !== '%' && { text }) }, page);
      return { ports: { scenarios: instead(scenarios, { find }) } };
    },
  },
  {
    mistake: 'folds the case of every letter of Unicode',
    caughtBy: ['scenarios/find'],
    sabotage({ ports: { scenarios } }) {
      const find: typeof scenarios.find = async (filter, page) => {
        const { text, ...rest } = filter;
        if (text === undefined || text !== text.normalize() || page !== undefined)
          return scenarios.find(filter, page);
        const { items } = await scenarios.find(rest);
        const found = items.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
        return { items: found, nextCursor: null };
      };
      return { ports: { scenarios: instead(scenarios, { find }) } };
    },
  },
  {
    mistake: 'takes the end of a date range in',
    caughtBy: ['testRuns/find', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const find: typeof testRuns.find = ({ to, ...filter }, page) =>
        testRuns.find({ ...filter, ...(to !== undefined && { to: to && new Date(to.getTime() + 1) }) }, page);
      return { ports: { testRuns: instead(testRuns, { find }) } };
    },
  },
  {
    mistake: 'finds runs without a start in a range that has no end',
    caughtBy: ['testRuns/find', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const find: typeof testRuns.find = async (filter, page) => {
        const found = await testRuns.find(filter, page);
        const { from, ...rest } = filter;
        if (!(from instanceof Date) || filter.to !== undefined || page !== undefined) return found;
        const all: Page<TestRun> = await testRuns.find(rest);
        return {
          ...found,
          items: all.items.filter(({ startedAt }) => startedAt === undefined || startedAt >= from),
        };
      };
      const getRunsByDateRange: typeof testRuns.getRunsByDateRange = (from, to, page) =>
        testRuns.getRunsByDateRange(from, to && new Date(to.getTime() + 1_000), page);
      return { ports: { testRuns: instead(testRuns, { find, getRunsByDateRange }) } };
    },
  },
  {
    mistake: 'asks nothing when a set is empty',
    caughtBy: ['chaosEvents/find', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents } }) {
      const find: typeof chaosEvents.find = ({ statuses, ...filter }, page) =>
        chaosEvents.find(
          { ...filter, ...(statuses?.length !== 0 && statuses !== undefined && { statuses }) },
          page,
        );
      return { ports: { chaosEvents: instead(chaosEvents, { find }) } };
    },
  },
  {
    mistake: 'does not mind filter fields that it does not know',
    caughtBy: ['testResults/find', 'testResults/statistics'],
    sabotage({ ports: { testResults } }) {
      const known = (filter: TestResultFilter): TestResultFilter => {
        const {
          unknown: _unknown,
          status: _status,
          ...rest
        } = filter as TestResultFilter & Record<'unknown' | 'status', unknown>;
        return rest;
      };
      return {
        ports: {
          testResults: instead(testResults, {
            find: (filter, page) => testResults.find(known(filter), page),
            countByStatus: (filter = {}) => testResults.countByStatus(known(filter)),
          }),
        },
      };
    },
  },
  {
    mistake: 'counts recovered faults among the active ones',
    caughtBy: ['chaosEvents/find', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents } }) {
      const getActiveEvents: typeof chaosEvents.getActiveEvents = (page) =>
        chaosEvents.find({ statuses: ['injected', 'in_progress', 'recovered'] }, page);
      return { ports: { chaosEvents: instead(chaosEvents, { getActiveEvents }) } };
    },
  },
  {
    mistake: 'takes broken tests for weaknesses found',
    caughtBy: ['testResults/find', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const getFailedResults: typeof testResults.getFailedResults = (page) =>
        testResults.find({ statuses: ['failed', 'error'] }, page);
      return { ports: { testResults: instead(testResults, { getFailedResults }) } };
    },
  },
];

export const listSaboteurs: readonly Saboteur[] = [...pages, ...ofParents, ...filters];
