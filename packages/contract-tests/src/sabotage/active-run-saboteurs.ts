import {
  DEFAULT_ACTIVE_RUN_TTL_MS,
  readRunProgress,
  type ActiveRun,
  type ActiveRuns,
  type RunProgress,
} from '@test-coordinator/ports';

import { instead, loose, type GoodWorld, type Saboteur } from './saboteur.js';

type Broken = ReturnType<Saboteur['sabotage']>;

/** The live states with some methods replaced. */
function withMethods(
  { ports: { activeRuns } }: GoodWorld,
  methods: (activeRuns: ActiveRuns) => Partial<ActiveRuns>,
): Broken {
  return { ports: { activeRuns: instead(activeRuns, methods(activeRuns)) } };
}

/** The live states, published by another way. */
function publishing(
  good: GoodWorld,
  publish: (activeRuns: ActiveRuns, ...call: Parameters<ActiveRuns['publish']>) => Promise<ActiveRun | null>,
): Broken {
  return withMethods(good, (activeRuns) => ({ publish: (...call) => publish(activeRuns, ...call) }));
}

/** Whether the state that stands is not the one that was said. */
function isLate(run: ActiveRun | null, { version }: RunProgress): boolean {
  return version !== undefined && run?.version !== version;
}

const versions: readonly Saboteur[] = [
  {
    mistake: 'lets a late update in',
    caughtBy: ['activeRuns/versions', 'activeRuns/races', 'activeRuns/model'],
    sabotage: (good) =>
      publishing(good, async (activeRuns, runId, progress) => {
        const run = await activeRuns.publish(runId, progress);
        if (run === null || !isLate(run, progress)) return run;
        await activeRuns.clear(runId);
        return activeRuns.publish(runId, { ...progress, version: undefined });
      }),
  },
  {
    mistake: 'takes the same version again',
    caughtBy: ['activeRuns/versions', 'activeRuns/model'],
    sabotage: (good) =>
      publishing(good, async (activeRuns, runId, progress) => {
        const before = await activeRuns.get(runId);
        const run = await activeRuns.publish(runId, progress);
        return run !== null && before?.version === progress?.version && before !== null
          ? { ...run, ...readRunProgress(progress), version: run.version }
          : run;
      }),
  },
  {
    mistake: 'forgets the version of a run that is cleared',
    caughtBy: ['activeRuns/versions', 'activeRuns/model', 'activeRuns/expiry'],
    sabotage: (good) =>
      publishing(
        good,
        async (activeRuns, runId, progress) =>
          (await activeRuns.publish(runId, progress)) ??
          activeRuns.publish(runId, { ...progress, version: undefined }),
      ),
  },
  {
    mistake: 'answers a late update as if it had been taken',
    caughtBy: ['activeRuns/versions', 'activeRuns/model'],
    sabotage: (good) =>
      publishing(good, async (activeRuns, runId, progress) => {
        const run = await activeRuns.publish(runId, progress);
        return run !== null && isLate(run, progress)
          ? { ...run, ...readRunProgress(progress), version: progress.version! }
          : run;
      }),
  },
  {
    mistake: 'says the newer state once more when a late update comes',
    caughtBy: ['activeRuns/versions', 'activeRuns/expiry'],
    sabotage: (good) =>
      publishing(good, async (activeRuns, runId, progress) => {
        const run = await activeRuns.publish(runId, progress);
        if (run === null || !isLate(run, progress)) return run;
        const { phase, message, counters } = run;
        return activeRuns.publish(runId, { phase, progress: run.progress, message, counters });
      }),
  },
  {
    mistake: 'counts versions from one',
    caughtBy: ['activeRuns/versions', 'activeRuns/model'],
    sabotage(good) {
      const last = new Map<string, number>();
      return publishing(good, async (activeRuns, runId, progress) => {
        const version = progress?.version ?? (last.get(runId) ?? 0) + 1;
        const run = await activeRuns.publish(
          runId,
          progress === undefined ? progress : { ...progress, version },
        );
        if (run !== null) last.set(runId, run.version);
        return run;
      });
    },
  },
];

const states: readonly Saboteur[] = [
  {
    mistake: 'keeps what an update does not say',
    caughtBy: ['activeRuns/publishing', 'activeRuns/model'],
    sabotage: (good) =>
      publishing(good, async (activeRuns, runId, progress, options) => {
        readRunProgress(progress);
        const { message, counters } = (await activeRuns.get(runId)) ?? {};
        return activeRuns.publish(runId, { message, counters, ...progress }, options);
      }),
  },
  {
    mistake: 'keeps numbers with single precision',
    caughtBy: ['activeRuns/publishing'],
    sabotage: (good) =>
      publishing(good, (activeRuns, runId, progress, options) => {
        const counters = Object.entries(readRunProgress(progress).counters);
        const rounded: Record<string, number> = {};
        for (const [name, value] of counters) rounded[name] = Number(value.toPrecision(7));
        return activeRuns.publish(runId, { ...progress, counters: rounded }, options);
      }),
  },
  {
    mistake: 'takes an empty message for none',
    caughtBy: ['activeRuns/publishing'],
    sabotage: (good) =>
      publishing(good, (activeRuns, runId, progress, options) =>
        activeRuns.publish(
          runId,
          progress?.message === '' ? { ...progress, message: null } : progress,
          options,
        ),
      ),
  },
  {
    mistake: 'hands out the state that it keeps',
    caughtBy: ['activeRuns/publishing', 'activeRuns/model'],
    sabotage(good) {
      const kept = new Map<number, ActiveRun>();
      return withMethods(good, (activeRuns) => ({
        get: async (runId, options) => {
          const run = await activeRuns.get(runId, options);
          if (run === null) return null;
          if (!kept.has(run.version)) kept.set(run.version, loose(run));
          return kept.get(run.version)!;
        },
      }));
    },
  },
  {
    mistake: 'takes progress in percent',
    caughtBy: ['activeRuns/validation'],
    sabotage: (good) =>
      publishing(good, (activeRuns, runId, progress, options) => {
        const percent = progress?.progress;
        const isPercent = typeof percent === 'number' && percent > 1 && percent <= 100;
        return activeRuns.publish(
          runId,
          isPercent ? { ...progress, progress: percent / 100 } : progress,
          options,
        );
      }),
  },
  {
    mistake: 'does not mind fields of progress that it does not know',
    caughtBy: ['activeRuns/validation'],
    sabotage: (good) =>
      publishing(good, (activeRuns, runId, progress, options) => {
        if (typeof progress !== 'object' || progress === null)
          return activeRuns.publish(runId, progress, options);
        const { unknown: _, ...rest } = progress as RunProgress & { readonly unknown?: unknown };
        return activeRuns.publish(runId, rest, options);
      }),
  },
  {
    mistake: 'answers every clear as if there had been something',
    caughtBy: ['activeRuns/publishing', 'activeRuns/versions', 'activeRuns/races', 'activeRuns/model'],
    sabotage: (good) =>
      withMethods(good, (activeRuns) => ({
        clear: async (runId, options) => (await activeRuns.clear(runId, options)) || true,
      })),
  },
  {
    mistake: 'lists the oldest run first',
    caughtBy: ['activeRuns/pages of active runs', 'activeRuns/publishing', 'activeRuns/model'],
    sabotage: (good) =>
      withMethods(good, (activeRuns) => ({
        list: async (page, options) => {
          const { items, nextCursor } = await activeRuns.list(page, options);
          return { items: [...items].reverse(), nextCursor };
        },
      })),
  },
];

const expiry: readonly Saboteur[] = [
  {
    mistake: 'keeps a state for one millisecond more',
    caughtBy: ['activeRuns/expiry', 'activeRuns/model'],
    sabotage(good) {
      const { clock, activeRunTtlMs = DEFAULT_ACTIVE_RUN_TTL_MS } = good.dependencies;
      const last = new Map<string, ActiveRun>();
      return withMethods(good, (activeRuns) => ({
        get: async (runId, options) => {
          const run = await activeRuns.get(runId, options);
          if (run !== null) last.set(runId, loose(run));
          const kept = last.get(runId);
          const isKept =
            kept !== undefined && clock.now().getTime() <= kept.updatedAt.getTime() + activeRunTtlMs;
          return run ?? (isKept ? loose(kept) : null);
        },
        clear: (runId, options) => {
          last.delete(runId);
          return activeRuns.clear(runId, options);
        },
      }));
    },
  },
  {
    mistake: 'remembers the version of a state that has expired',
    caughtBy: ['activeRuns/expiry', 'activeRuns/model'],
    sabotage(good) {
      const greatest = new Map<string, number>();
      return publishing(good, async (activeRuns, runId, progress, options) => {
        const version = progress?.version;
        if (typeof version === 'number' && version <= (greatest.get(runId) ?? 0))
          return activeRuns.get(runId);
        const run = await activeRuns.publish(runId, progress, options);
        if (run !== null) greatest.set(runId, run.version);
        return run;
      });
    },
  },
];

export const activeRunSaboteurs: readonly Saboteur[] = [...versions, ...states, ...expiry];
