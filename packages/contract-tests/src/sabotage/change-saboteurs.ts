import { setImmediate as tick } from 'node:timers/promises';

import type { TestRun } from '@test-coordinator/domain';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

const updates: readonly Saboteur[] = [
  {
    mistake: 'does not look at the version of an update',
    caughtBy: ['scenarios/update', 'scenarios/races', 'scenarios/model'],
    sabotage({ ports: { scenarios } }) {
      const update: typeof scenarios.update = (scenarioId, version, changes) =>
        onRefusal(scenarios.update(scenarioId, version, changes), 'VERSION_CONFLICT', async () => {
          const now = await scenarios.getById(scenarioId);
          return scenarios.update(scenarioId, now!.version, changes);
        });
      return { ports: { scenarios: instead(scenarios, { update }) } };
    },
  },
  {
    mistake: 'looks at the version first and writes a tick later',
    caughtBy: ['testRuns/races'],
    sabotage({ ports: { testRuns } }) {
      const write = (
        runId: string,
        changes: Parameters<typeof testRuns.update>[2],
        version: number,
      ): Promise<TestRun> =>
        onRefusal(testRuns.update(runId, version, changes), 'VERSION_CONFLICT', () =>
          write(runId, changes, version + 1),
        );
      const update: typeof testRuns.update = async (runId, version, changes) => {
        const run = await testRuns.getById(runId);
        await tick();
        if (run !== null && run.version === version) return write(runId, changes, version);
        return testRuns.update(runId, version, changes);
      };
      return { ports: { testRuns: instead(testRuns, { update }) } };
    },
  },
  {
    mistake: 'takes null in an update for left out',
    caughtBy: ['testRuns/update', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const update: typeof testRuns.update = (runId, version, changes) =>
        testRuns.update(
          runId,
          version,
          Object.fromEntries(Object.entries(changes).map(([field, value]) => [field, value ?? undefined])),
        );
      return { ports: { testRuns: instead(testRuns, { update }) } };
    },
  },
  {
    mistake: 'leaves updatedAt as it was',
    caughtBy: ['scenarios/update', 'scenarios/model'],
    sabotage({ ports: { scenarios } }) {
      const update: typeof scenarios.update = async (scenarioId, version, changes) => {
        const before = await scenarios.getById(scenarioId);
        const after = await scenarios.update(scenarioId, version, changes);
        return { ...after, updatedAt: before!.updatedAt };
      };
      return { ports: { scenarios: instead(scenarios, { update }) } };
    },
  },
  {
    mistake: 'lets an update change the status',
    caughtBy: ['chaosEvents/update'],
    sabotage({ ports: { chaosEvents } }) {
      const update: typeof chaosEvents.update = (eventId, version, changes) => {
        const { status: _, ...rest } = changes as typeof changes & { readonly status?: unknown };
        return chaosEvents.update(eventId, version, rest);
      };
      return { ports: { chaosEvents: instead(chaosEvents, { update }) } };
    },
  },
];

const ofEvents: readonly Saboteur[] = [
  {
    mistake: 'does not look at the version of an event',
    caughtBy: ['chaosEvents/update', 'chaosEvents/races', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents } }) {
      const update: typeof chaosEvents.update = (eventId, version, changes) =>
        onRefusal(chaosEvents.update(eventId, version, changes), 'VERSION_CONFLICT', async () => {
          const now = await chaosEvents.getById(eventId);
          return update(eventId, now!.version, changes);
        });
      return { ports: { chaosEvents: instead(chaosEvents, { update }) } };
    },
  },
];

const states: readonly Saboteur[] = [
  {
    mistake: 'lets ended runs run again',
    caughtBy: ['testRuns/states', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const updateStatus: typeof testRuns.updateStatus = (runId, status) =>
        onRefusal(testRuns.updateStatus(runId, status), 'ILLEGAL_TRANSITION', async (error) => {
          const run = await testRuns.getById(runId);
          if (status !== 'running') throw error;
          return { ...run!, status };
        });
      return { ports: { testRuns: instead(testRuns, { updateStatus }) } };
    },
  },
  {
    mistake: 'counts a version for a move to the status that the scenario is in',
    caughtBy: ['scenarios/states', 'scenarios/model'],
    sabotage({ ports: { scenarios } }) {
      const updateStatus: typeof scenarios.updateStatus = async (scenarioId, status) => {
        const before = await scenarios.getById(scenarioId);
        if (before?.status === status) return scenarios.update(scenarioId, before.version, {});
        return scenarios.updateStatus(scenarioId, status);
      };
      return { ports: { scenarios: instead(scenarios, { updateStatus }) } };
    },
  },
  {
    mistake: 'recovers faults that were never injected',
    caughtBy: ['chaosEvents/states', 'chaosEvents/recovery', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents } }) {
      const recordRecovery: typeof chaosEvents.recordRecovery = async (eventId, recovery) => {
        const event = await chaosEvents.getById(eventId);
        if (event?.status === 'pending') await chaosEvents.updateStatus(eventId, 'injected');
        return chaosEvents.recordRecovery(eventId, recovery);
      };
      const updateStatus: typeof chaosEvents.updateStatus = (eventId, status) =>
        status === 'recovered' ? recordRecovery(eventId) : chaosEvents.updateStatus(eventId, status);
      return { ports: { chaosEvents: instead(chaosEvents, { recordRecovery, updateStatus }) } };
    },
  },
  {
    mistake: 'overwrites the exit code when a run completes twice',
    caughtBy: ['testRuns/completion', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const completeRun: typeof testRuns.completeRun = (runId, status, details) =>
        onRefusal(testRuns.completeRun(runId, status, details), 'ILLEGAL_TRANSITION', async (error) => {
          const run = await testRuns.getById(runId);
          if (run?.status !== status) throw error;
          return testRuns.update(runId, run.version, { exitCode: details?.exitCode });
        });
      return { ports: { testRuns: instead(testRuns, { completeRun }) } };
    },
  },
  {
    mistake: 'takes a second, other completion in silence',
    caughtBy: ['testRuns/completion', 'testRuns/completion races'],
    sabotage({ ports: { testRuns } }) {
      const completeRun: typeof testRuns.completeRun = (...call) =>
        onRefusal(
          testRuns.completeRun(...call),
          'ILLEGAL_TRANSITION',
          async () => (await testRuns.getById(call[0]))!,
        );
      return { ports: { testRuns: instead(testRuns, { completeRun }) } };
    },
  },
  {
    mistake: 'takes a negative exit code for a success',
    caughtBy: ['testRuns/completion'],
    sabotage({ ports: { testRuns } }) {
      const recordCompletion: typeof testRuns.recordCompletion = (runId, exitCode, durationMs) =>
        testRuns.recordCompletion(runId, Math.max(exitCode, 0), durationMs);
      return { ports: { testRuns: instead(testRuns, { recordCompletion }) } };
    },
  },
  {
    mistake: 'reckons a duration for runs that never started',
    caughtBy: ['testRuns/completion', 'testRuns/model'],
    sabotage({ ports: { testRuns } }) {
      const completeRun: typeof testRuns.completeRun = async (...call) => {
        const run = await testRuns.completeRun(...call);
        return { durationMs: run.updatedAt.getTime() - run.createdAt.getTime(), ...run };
      };
      return { ports: { testRuns: instead(testRuns, { completeRun }) } };
    },
  },
  {
    mistake: 'judges the times of a recovery again at every change',
    caughtBy: ['chaosEvents/recovery'],
    sabotage({ ports: { chaosEvents } }) {
      const update: typeof chaosEvents.update = async (eventId, version, changes, options) => {
        const { injectedAt, recoveredAt } = (await chaosEvents.getById(eventId)) ?? {};
        const isEarly = injectedAt !== undefined && recoveredAt !== undefined && recoveredAt < injectedAt;
        return chaosEvents.update(eventId, version, isEarly ? { ...changes, injectedAt } : changes, options);
      };
      return { ports: { chaosEvents: instead(chaosEvents, { update }) } };
    },
  },
  {
    mistake: 'takes another recovery in silence',
    caughtBy: ['chaosEvents/recovery', 'chaosEvents/recovery races'],
    sabotage({ ports: { chaosEvents } }) {
      const recordRecovery: typeof chaosEvents.recordRecovery = (...call) =>
        onRefusal(
          chaosEvents.recordRecovery(...call),
          'ILLEGAL_TRANSITION',
          async () => (await chaosEvents.getById(call[0]))!,
        );
      return { ports: { chaosEvents: instead(chaosEvents, { recordRecovery }) } };
    },
  },
  {
    mistake: 'reckons the recovery up to now, whatever time is told',
    caughtBy: ['chaosEvents/recovery', 'chaosEvents/model'],
    sabotage({ ports: { chaosEvents }, dependencies: { clock } }) {
      const recordRecovery: typeof chaosEvents.recordRecovery = async (eventId, recovery = {}) => {
        const event = await chaosEvents.getById(eventId);
        const recoveryTimeMs =
          recovery.recoveryTimeMs ??
          (event === null ? null : Math.max(0, clock.now().getTime() - event.injectedAt.getTime()));
        return chaosEvents.recordRecovery(eventId, { ...recovery, recoveryTimeMs });
      };
      return { ports: { chaosEvents: instead(chaosEvents, { recordRecovery }) } };
    },
  },
];

export const changeSaboteurs: readonly Saboteur[] = [...updates, ...ofEvents, ...states];
