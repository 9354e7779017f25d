import type { ChaosEvent, NewTestResult, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import { DataAdapterError, type Page } from '@test-coordinator/ports';

import { instead, loose, onRefusal, type Saboteur } from './saboteur.js';

const aliasing: readonly Saboteur[] = [
  {
    mistake: 'hands out the very record that it stores',
    caughtBy: ['scenarios/aliasing'],
    sabotage({ ports: { scenarios } }) {
      const kept = new Map<string, Scenario>();
      const getById = async (scenarioId: string): Promise<Scenario | null> => {
        const known = kept.get(scenarioId);
        if (known !== undefined) return known;
        const record = loose(await scenarios.getById(scenarioId));
        if (record !== null) kept.set(scenarioId, record);
        return record;
      };
      return { ports: { scenarios: instead(scenarios, { getById }) } };
    },
  },
  {
    mistake: "keeps the caller's configuration instead of a copy",
    caughtBy: ['testRuns/aliasing'],
    sabotage({ ports: { testRuns } }) {
      const given = new Map<string, object>();
      const withGiven = (run: TestRun): TestRun =>
        Object.assign(loose(run), { configurationSnapshot: given.get(run.runId) ?? {} });
      return {
        ports: {
          testRuns: instead(testRuns, {
            create: async (input, options) => {
              const run = await testRuns.create(input, options);
              given.set(run.runId, input.configurationSnapshot ?? {});
              return withGiven(run);
            },
            getById: async (runId, options) => {
              const run = await testRuns.getById(runId, options);
              return run && withGiven(run);
            },
          }),
        },
      };
    },
  },
  {
    mistake: 'caches a page and hands it out twice',
    caughtBy: ['chaosEvents/aliasing'],
    sabotage({ ports: { chaosEvents } }) {
      let cached: Page<ChaosEvent> | undefined;
      const find: typeof chaosEvents.find = async (...call) =>
        (cached ??= loose(await chaosEvents.find(...call)));
      return { ports: { chaosEvents: instead(chaosEvents, { find }) } };
    },
  },
];

const ofResults: readonly Saboteur[] = [
  {
    mistake: 'hands out the very result that it stores',
    caughtBy: ['testResults/aliasing', 'testResults/model'],
    sabotage({ ports: { testResults } }) {
      const kept = new Map<string, TestResult>();
      const getById: typeof testResults.getById = async (resultId) => {
        const known = kept.get(resultId) ?? loose(await testResults.getById(resultId));
        if (known !== null) kept.set(resultId, known);
        return known;
      };
      return { ports: { testResults: instead(testResults, { getById }) } };
    },
  },
];

const identity: readonly Saboteur[] = [
  {
    mistake: 'overwrites on create, as a save() does',
    caughtBy: ['scenarios/identity', 'scenarios/model'],
    sabotage({ ports: { scenarios } }) {
      const create: typeof scenarios.create = (input) =>
        onRefusal(scenarios.create(input), 'ALREADY_EXISTS', async () => {
          await scenarios.delete(input.scenarioId);
          return scenarios.create(input);
        });
      return { ports: { scenarios: instead(scenarios, { create }) } };
    },
  },
  {
    mistake: 'answers a second create with what was given, and not with the record as it is now',
    caughtBy: ['testRuns/identity'],
    sabotage({ ports: { testRuns } }) {
      const first = new Map<string, TestRun>();
      const create: typeof testRuns.create = async (input) => {
        const run = await testRuns.create(input);
        if (!first.has(run.runId)) first.set(run.runId, run);
        return first.get(run.runId)!;
      };
      return { ports: { testRuns: instead(testRuns, { create }) } };
    },
  },
  {
    mistake: 'compares a second create with the record as it is now',
    caughtBy: ['chaosEvents/identity'],
    sabotage({ ports: { chaosEvents } }) {
      const create: typeof chaosEvents.create = async (input) => {
        const event = await chaosEvents.create(input);
        if (event.version > 1) throw new DataAdapterError('ALREADY_EXISTS', `event ${event.eventId} exists`);
        return event;
      };
      return { ports: { chaosEvents: instead(chaosEvents, { create }) } };
    },
  },
  {
    mistake: 'takes the first of two results with one id for both',
    caughtBy: ['testResults/identity', 'testResults/races'],
    sabotage({ ports: { testResults } }) {
      const create: typeof testResults.create = (input) =>
        onRefusal(
          testResults.create(input),
          'ALREADY_EXISTS',
          async ({ id }) => (await testResults.getById(id!))!,
        );
      return { ports: { testResults: instead(testResults, { create }) } };
    },
  },
  {
    mistake: "lets the driver's error out for what is no id",
    caughtBy: ['testResults/identity'],
    sabotage({ ports: { testResults } }) {
      const getById: typeof testResults.getById = (resultId) =>
        onRefusal(testResults.getById(resultId), 'INVALID_ARGUMENT', () => {
          throw new Error('invalid input syntax for type uuid');
        });
      return { ports: { testResults: instead(testResults, { getById }) } };
    },
  },
  {
    mistake: 'finds scenario ids in either case',
    caughtBy: ['scenarios/removal'],
    sabotage({ ports: { scenarios } }) {
      const getById: typeof scenarios.getById = async (scenarioId) =>
        (await scenarios.getById(scenarioId)) ?? scenarios.getById(scenarioId.toLowerCase());
      return { ports: { scenarios: instead(scenarios, { getById }) } };
    },
  },
];

const values: readonly Saboteur[] = [
  {
    mistake: 'cuts times to seconds',
    caughtBy: ['testRuns/round trip'],
    sabotage({ ports: { testRuns } }) {
      const cut = (run: TestRun): TestRun => {
        const { startedAt } = run;
        return startedAt === undefined
          ? run
          : { ...run, startedAt: new Date(Math.floor(startedAt.getTime() / 1_000) * 1_000) };
      };
      const create: typeof testRuns.create = async (input) => cut(await testRuns.create(input));
      const getById: typeof testRuns.getById = async (runId) => {
        const run = await testRuns.getById(runId);
        return run && cut(run);
      };
      return { ports: { testRuns: instead(testRuns, { create, getById }) } };
    },
  },
  {
    mistake: 'answers with times as text',
    caughtBy: ['chaosEvents/round trip'],
    sabotage({ ports: { chaosEvents } }) {
      const getById: typeof chaosEvents.getById = async (eventId) => {
        const event = await chaosEvents.getById(eventId);
        return event && ({ ...event, injectedAt: event.injectedAt.toISOString() } as unknown as ChaosEvent);
      };
      return { ports: { chaosEvents: instead(chaosEvents, { getById }) } };
    },
  },
  {
    mistake: 'leaves absent fields in the record, as undefined',
    caughtBy: ['scenarios/round trip'],
    sabotage({ ports: { scenarios } }) {
      const create: typeof scenarios.create = async (input) =>
        ({ description: undefined, ...(await scenarios.create(input)) }) as Scenario;
      return { ports: { scenarios: instead(scenarios, { create }) } };
    },
  },
  {
    mistake: 'mints ids that do not rise',
    caughtBy: ['testResults/round trip'],
    sabotage({ ports: { testResults } }) {
      let left = 900;
      const create: typeof testResults.create = (input) => {
        left -= 1;
        const resultId = input.resultId ?? `019bc12b-c62b-7900-8000-000000000${left}`;
        return testResults.create({ ...input, resultId });
      };
      return { ports: { testResults: instead(testResults, { create }) } };
    },
  },
  {
    mistake: 'stores NaN as null, as JSON.stringify does',
    caughtBy: ['testResults/validation'],
    sabotage({ ports: { testResults } }) {
      const create: typeof testResults.create = (input) =>
        onRefusal(testResults.create(input), 'INVALID_ARGUMENT', (error) => {
          const problems = error.details?.['problems'] as readonly { readonly problem: string }[];
          if (!problems.some(({ problem }) => problem.includes('finite'))) throw error;
          return testResults.create(JSON.parse(JSON.stringify(input), reviveDates) as NewTestResult);
        });
      return { ports: { testResults: instead<typeof testResults>(testResults, { create }) } };
    },
  },
  {
    mistake: 'drops fields that it does not know',
    caughtBy: ['testRuns/validation'],
    sabotage({ ports: { testRuns } }) {
      const create: typeof testRuns.create = (input) => {
        const { secretField: _, ...known } = input as typeof input & { readonly secretField?: unknown };
        return testRuns.create(known);
      };
      return { ports: { testRuns: instead(testRuns, { create }) } };
    },
  },
  {
    mistake: 'says the wrong value in its message',
    caughtBy: ['scenarios/validation'],
    sabotage({ ports: { scenarios } }) {
      const create: typeof scenarios.create = (input) =>
        onRefusal(scenarios.create(input), 'INVALID_ARGUMENT', ({ message, details }) => {
          throw new DataAdapterError('INVALID_ARGUMENT', `${message}, but was ${input.name}`, {
            details: details ?? {},
          });
        });
      return { ports: { scenarios: instead(scenarios, { create }) } };
    },
  },
  {
    mistake: 'refuses without the path of what is wrong',
    caughtBy: ['chaosEvents/validation'],
    sabotage({ ports: { chaosEvents } }) {
      const create: typeof chaosEvents.create = (input) =>
        onRefusal(chaosEvents.create(input), 'INVALID_ARGUMENT', ({ message }) => {
          throw new DataAdapterError('INVALID_ARGUMENT', message);
        });
      return { ports: { chaosEvents: instead(chaosEvents, { create }) } };
    },
  },
];

function reviveDates(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? new Date(value) : value;
}

const bulk: readonly Saboteur[] = [
  {
    mistake: 'writes a batch one by one, and leaves what it wrote when one fails',
    caughtBy: ['testResults/bulk', 'testResults/model', 'testResults/bulk races'],
    sabotage({ ports: { testResults } }) {
      const bulkCreate: typeof testResults.bulkCreate = async (results) => {
        if (!Array.isArray(results) || results.length < 1 || results.length > 1_000)
          return testResults.bulkCreate(results);
        const records: TestResult[] = [];
        for (const result of results as readonly NewTestResult[])
          records.push(await testResults.create(result));
        return records;
      };
      return { ports: { testResults: instead(testResults, { bulkCreate }) } };
    },
  },
  {
    mistake: 'answers a batch in the order of the ids',
    caughtBy: ['testResults/bulk'],
    sabotage({ ports: { testResults } }) {
      const bulkCreate: typeof testResults.bulkCreate = async (results) =>
        [...(await testResults.bulkCreate(results))].sort((a, b) => (a.resultId < b.resultId ? -1 : 1));
      return { ports: { testResults: instead(testResults, { bulkCreate }) } };
    },
  },
  {
    mistake: 'answers a batch without its repetitions',
    caughtBy: ['testResults/bulk'],
    sabotage({ ports: { testResults } }) {
      const bulkCreate: typeof testResults.bulkCreate = async (results) => {
        const records = await testResults.bulkCreate(results);
        return [...new Map(records.map((record) => [record.resultId, record])).values()];
      };
      return { ports: { testResults: instead(testResults, { bulkCreate }) } };
    },
  },
];

export const storingSaboteurs: readonly Saboteur[] = [
  ...aliasing,
  ...ofResults,
  ...identity,
  ...values,
  ...bulk,
];
