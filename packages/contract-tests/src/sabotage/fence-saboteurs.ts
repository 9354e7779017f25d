import {
  DataAdapterError,
  type CallOptions,
  type ChaosEventsRepository,
  type Repositories,
  type TestRunsRepository,
  type UnitOfWork,
} from '@test-coordinator/ports';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

/** Makes the change, or does something else about its fence. */
type Judge = <Answer>(
  runId: string,
  options: CallOptions | undefined,
  change: (options: CallOptions | undefined) => Promise<Answer>,
) => Promise<Answer>;

/** The run's state changes, each by way of `judge`. */
function judgedRuns(testRuns: TestRunsRepository, judge: Judge): TestRunsRepository {
  return instead(testRuns, {
    startRun: (runId, options) => judge(runId, options, (judged) => testRuns.startRun(runId, judged)),
    completeRun: (runId, status, details, options) =>
      judge(runId, options, (judged) => testRuns.completeRun(runId, status, details, judged)),
    recordCompletion: (runId, exitCode, durationMs, options) =>
      judge(runId, options, (judged) => testRuns.recordCompletion(runId, exitCode, durationMs, judged)),
    updateStatus: (runId, status, options) =>
      judge(runId, options, (judged) => testRuns.updateStatus(runId, status, judged)),
  });
}

/** The events' state changes, each by way of `judge`, under the id of their run. */
function judgedEvents(chaosEvents: ChaosEventsRepository, judge: Judge): ChaosEventsRepository {
  const runOf = async (eventId: string): Promise<string> =>
    (await chaosEvents.getById(eventId))?.runId ?? eventId;
  return instead(chaosEvents, {
    updateStatus: async (eventId, status, options) =>
      judge(await runOf(eventId), options, (judged) => chaosEvents.updateStatus(eventId, status, judged)),
    recordRecovery: async (eventId, recovery, options) =>
      judge(await runOf(eventId), options, (judged) => chaosEvents.recordRecovery(eventId, recovery, judged)),
  });
}

/** An adapter that is broken in what it makes of fences, for runs and events alike. */
function judging(mistake: string, caughtBy: Saboteur['caughtBy'], judgeOf: () => Judge): Saboteur {
  return {
    mistake,
    caughtBy,
    sabotage({ ports: { testRuns, chaosEvents } }) {
      const judge = judgeOf();
      return {
        ports: { testRuns: judgedRuns(testRuns, judge), chaosEvents: judgedEvents(chaosEvents, judge) },
      };
    },
  };
}

/** Fences that a saboteur has seen, and holds callers to besides the good adapter. */
class SeenFences {
  readonly #seen = new Map<string, number>();

  of(key: string): number | undefined {
    return this.#seen.get(key);
  }

  see(key: string, options: CallOptions | undefined): void {
    if (options?.fence !== undefined) this.#seen.set(key, Math.max(options.fence, this.#seen.get(key) ?? 0));
  }

  /** @throws DataAdapterError `STALE_FENCE` for an older one. */
  check(key: string, options: CallOptions | undefined): void {
    const seen = this.#seen.get(key);
    if (seen !== undefined && options?.fence !== undefined && options.fence < seen) throw stale(key, seen);
  }
}

const RECORDS = ['testRuns/fences', 'chaosEvents/fences'] as const;

export const fenceSaboteurs: readonly Saboteur[] = [
  judging(
    'does not look at fences',
    [...RECORDS, 'testRuns/call options', 'chaosEvents/call options'],
    () => (_, options, change) => change({ ...options, fence: undefined }),
  ),
  judging('refuses the fence that it has seen', RECORDS, () => {
    const seen = new SeenFences();
    return async (runId, options, change) => {
      if (options?.fence !== undefined && options.fence === seen.of(runId)) throw stale(runId, options.fence);
      const answer = await change(options);
      seen.see(runId, options);
      return answer;
    };
  }),
  judging('refuses changes without a fence once it has seen one', RECORDS, () => {
    const seen = new SeenFences();
    return async (runId, options, change) => {
      const last = seen.of(runId);
      if (last !== undefined && options?.fence === undefined) throw stale(runId, last);
      const answer = await change(options);
      seen.see(runId, options);
      return answer;
    };
  }),
  judging('keeps one fence for all runs', RECORDS, () => {
    const seen = new SeenFences();
    return async (_, options, change) => {
      seen.check('all', options);
      const answer = await change(options);
      seen.see('all', options);
      return answer;
    };
  }),
  judging('keeps the fence of a change that was refused', RECORDS, () => {
    const seen = new SeenFences();
    return (runId, options, change) => {
      seen.check(runId, options);
      return onRefusal(change(options), 'ILLEGAL_TRANSITION', (error) => {
        seen.see(runId, options);
        throw error;
      });
    };
  }),
  judging('keeps large fences to the thousand', ['testRuns/fences'], () => {
    const rough = (fence: number): number => fence - (fence > 2 ** 40 ? fence % 1_000 : 0);
    return (_, options, change) =>
      change(options?.fence === undefined ? options : { ...options, fence: rough(options.fence) });
  }),
  judging(
    'does not say which fence it has seen',
    RECORDS,
    () => (runId, options, change) =>
      onRefusal(change(options), 'STALE_FENCE', ({ id }) => {
        throw new DataAdapterError('STALE_FENCE', `run ${runId}: an old fence`, {
          ...(id !== undefined && { id }),
        });
      }),
  ),
  {
    mistake: 'keeps the fence of a change that changed nothing',
    caughtBy: ['testRuns/fences'],
    sabotage: ({ ports: { testRuns } }) => keepingFences(testRuns, (isChanged) => !isChanged),
  },
  {
    mistake: 'keeps the fence of a run that was deleted',
    caughtBy: ['testRuns/fences'],
    sabotage: ({ ports: { testRuns } }) => keepingFences(testRuns, (isChanged) => isChanged),
  },
  {
    mistake: 'keeps the fences of runs and of events apart',
    caughtBy: ['chaosEvents/fences'],
    sabotage({ ports: { chaosEvents } }) {
      const seen = new SeenFences();
      const judge: Judge = async (runId, options, change) => {
        seen.check(runId, options);
        const answer = await change({ ...options, fence: undefined });
        seen.see(runId, options);
        return answer;
      };
      return { ports: { chaosEvents: judgedEvents(chaosEvents, judge) } };
    },
  },
  {
    mistake: 'does not look at the fence of a recovery',
    caughtBy: ['chaosEvents/fences', 'chaosEvents/call options'],
    sabotage({ ports: { chaosEvents } }) {
      const recordRecovery: typeof chaosEvents.recordRecovery = (eventId, recovery, options) =>
        chaosEvents.recordRecovery(eventId, recovery, { ...options, fence: undefined });
      return { ports: { chaosEvents: instead(chaosEvents, { recordRecovery }) } };
    },
  },
  {
    mistake: 'does not look at fences in a unit',
    caughtBy: ['unitOfWork/fences'],
    sabotage: ({ ports: { unitOfWork } }) =>
      inUnits(unitOfWork, (_, options, change) => change({ ...options, fence: undefined })),
  },
  {
    mistake: 'keeps the fences of a unit that was given up',
    caughtBy: ['unitOfWork/fences'],
    sabotage({ ports: { unitOfWork, testRuns } }) {
      const seen = new SeenFences();
      const { ports } = inUnits(unitOfWork, (runId, options, change) => {
        seen.see(runId, options);
        return change(options);
      });
      const judge: Judge = async (runId, options, change) => {
        seen.check(runId, options);
        return change(options);
      };
      return { ports: { ...ports, testRuns: judgedRuns(testRuns, judge) } };
    },
  },
];

/** Runs whose fences are remembered beside the good adapter, by whether a change made a difference. */
function keepingFences(
  testRuns: TestRunsRepository,
  isKept: (isChanged: boolean) => boolean,
): ReturnType<Saboteur['sabotage']> {
  const seen = new SeenFences();
  const judge: Judge = async (runId, options, change) => {
    seen.check(runId, options);
    const before = await testRuns.getById(runId).catch(() => null);
    const answer = await change(options);
    const { version } = answer as { readonly version: number };
    if (isKept(version !== before?.version)) seen.see(runId, options);
    return answer;
  };
  return { ports: { testRuns: judgedRuns(testRuns, judge) } };
}

/** Units whose changes go by way of `judge`. */
function inUnits(
  unitOfWork: UnitOfWork,
  judge: Judge,
): { readonly ports: { readonly unitOfWork: UnitOfWork } } {
  const judged = ({ testRuns, chaosEvents, ...others }: Repositories): Repositories => ({
    ...others,
    testRuns: judgedRuns(testRuns, judge),
    chaosEvents: judgedEvents(chaosEvents, judge),
  });
  return {
    ports: {
      unitOfWork: instead(unitOfWork, {
        run: (work, options) => unitOfWork.run((repositories) => work(judged(repositories)), options),
      }),
    },
  };
}

function stale(runId: string, seen: number): DataAdapterError {
  return new DataAdapterError('STALE_FENCE', `run ${runId}: an old fence`, {
    id: runId,
    details: { fence: seen },
  });
}
