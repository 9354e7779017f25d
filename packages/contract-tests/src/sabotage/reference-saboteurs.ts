import { setImmediate as tick } from 'node:timers/promises';

import type { ChaosEvent, Scenario, TestResult } from '@test-coordinator/domain';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

export const referenceSaboteurs: readonly Saboteur[] = [
  {
    mistake: 'leaves the events of a removed run',
    caughtBy: ['testRuns/references'],
    sabotage({ ports: { chaosEvents } }) {
      const seen = new Map<string, ChaosEvent>();
      return {
        ports: {
          chaosEvents: instead(chaosEvents, {
            create: async (input) => {
              const event = await chaosEvents.create(input);
              seen.set(event.eventId, event);
              return event;
            },
            getById: async (eventId) => (await chaosEvents.getById(eventId)) ?? seen.get(eventId) ?? null,
          }),
        },
      };
    },
  },
  {
    mistake: 'removes a scenario with its runs',
    caughtBy: ['testRuns/references', 'scenarios/model'],
    sabotage({ ports: { scenarios, testRuns } }) {
      const remove: typeof scenarios.delete = (scenarioId) =>
        onRefusal(scenarios.delete(scenarioId), 'IN_USE', async () => {
          for (const { runId } of (await testRuns.getByScenario(scenarioId)).items)
            await testRuns.delete(runId);
          return scenarios.delete(scenarioId);
        });
      return { ports: { scenarios: instead(scenarios, { delete: remove }) } };
    },
  },
  {
    mistake: 'takes results of unknown runs',
    caughtBy: ['testResults/references', 'testResults/model'],
    sabotage({ ports: { testResults }, dependencies: { clock } }) {
      const create: typeof testResults.create = (input) =>
        onRefusal(testResults.create(input), 'REFERENCE_VIOLATION', () => {
          return { attempt: 1, flaky: false, ...input, createdAt: clock.now() } as TestResult;
        });
      return { ports: { testResults: instead(testResults, { create }) } };
    },
  },
  {
    mistake: 'gives one external id to two runs',
    caughtBy: ['testRuns/references', 'testRuns/completion races', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const create: typeof testRuns.create = (input) =>
        onRefusal(testRuns.create(input), 'ALREADY_EXISTS', async (error) => {
          if (error.details?.['field'] !== 'externalId') throw error;
          return {
            ...(await testRuns.create({ ...input, externalId: null })),
            externalId: input.externalId!,
          };
        });
      return { ports: { testRuns: instead(testRuns, { create }) } };
    },
  },
  {
    mistake: 'keeps the external ids of removed runs',
    caughtBy: ['testRuns/references'],
    sabotage({ ports: { testRuns } }) {
      let removed = false;
      return {
        ports: {
          testRuns: instead(testRuns, {
            delete: async (runId) => {
              removed = true;
              return testRuns.delete(runId);
            },
            update: (runId, version, changes) =>
              testRuns.update(runId, version, removed ? { ...changes, externalId: undefined } : changes),
          }),
        },
      };
    },
  },
  {
    mistake: 'lets two concurrent creations both win',
    caughtBy: ['scenarios/races'],
    sabotage({ ports: { scenarios } }) {
      const create: typeof scenarios.create = async (input) => {
        const known: Scenario | null = await scenarios.getById(input.scenarioId);
        await tick();
        if (known !== null) return scenarios.create(input);
        return onRefusal(
          scenarios.create(input),
          'ALREADY_EXISTS',
          async () => (await scenarios.getById(input.scenarioId))!,
        );
      };
      return { ports: { scenarios: instead(scenarios, { create }) } };
    },
  },
  {
    mistake: 'takes events of unknown runs',
    caughtBy: ['chaosEvents/references', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents }, dependencies: { clock } }) {
      const create: typeof chaosEvents.create = (input) =>
        onRefusal(chaosEvents.create(input), 'REFERENCE_VIOLATION', () => {
          return {
            status: 'pending',
            parameters: {},
            ...input,
            createdAt: clock.now(),
            version: 1,
          } as ChaosEvent;
        });
      return { ports: { chaosEvents: instead(chaosEvents, { create }) } };
    },
  },
  {
    mistake: 'lets two concurrent moves both count',
    caughtBy: ['scenarios/status races'],
    sabotage({ ports: { scenarios } }) {
      const updateStatus: typeof scenarios.updateStatus = async (scenarioId, status) => {
        const before = await scenarios.getById(scenarioId);
        await tick();
        const after = await scenarios.updateStatus(scenarioId, status);
        const late = before !== null && before.status !== status && after.version > before.version + 1;
        return late || before?.status === status ? after : scenarios.update(scenarioId, after.version, {});
      };
      return { ports: { scenarios: instead(scenarios, { updateStatus }) } };
    },
  },
];
