import type { ActiveRunEvent, ActiveRuns, WatchOptions } from '@test-coordinator/ports';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

type Events = AsyncIterable<ActiveRunEvent>;

/** An adapter whose watchers learn of other events than there were. */
function watching(
  mistake: string,
  caughtBy: Saboteur['caughtBy'],
  change: (events: Events, options: WatchOptions, activeRuns: ActiveRuns) => Events,
): Saboteur {
  return {
    mistake,
    caughtBy,
    sabotage: ({ ports: { activeRuns } }) => ({
      ports: {
        activeRuns: instead(activeRuns, {
          watch: (options = {}) => change(activeRuns.watch(options), options, activeRuns),
        }),
      },
    }),
  };
}

const OVER: IteratorResult<ActiveRunEvent, undefined> = { done: true, value: undefined };

/** How many states a watcher that starts now is told first. */
async function statesNow(activeRuns: ActiveRuns): Promise<number> {
  return (await activeRuns.list({ limit: 1_000 })).items.length;
}

export const watchSaboteurs: readonly Saboteur[] = [
  watching(
    'loses an event that comes right behind another of the same run',
    ['activeRuns/watching', 'activeRuns/races', 'activeRuns/model'],
    async function* (events) {
      let last: string | undefined;
      for await (const event of events) {
        const runId = event.kind === 'published' ? event.run.runId : event.kind;
        if (runId !== last) yield event;
        last = runId;
      }
    },
  ),
  watching(
    'tells an event twice',
    ['activeRuns/watching', 'activeRuns/resuming', 'activeRuns/races', 'activeRuns/model'],
    async function* (events) {
      let count = 0;
      for await (const event of events) {
        yield event;
        if ((count += 1) % 3 === 0) yield event;
      }
    },
  ),
  watching(
    'resumes with the event that was seen last',
    ['activeRuns/resuming', 'activeRuns/model'],
    async function* (events, { after }, activeRuns) {
      if (after !== undefined) {
        const [run] = (await activeRuns.list()).items;
        if (run !== undefined) yield { kind: 'published', id: after, run };
      }
      yield* events;
    },
  ),
  watching(
    'tells a new watcher of the latest state alone',
    ['activeRuns/watching', 'activeRuns/resuming', 'activeRuns/expiry', 'activeRuns/model'],
    async function* (events, { after, runId }, activeRuns) {
      let toSkip = after === undefined && runId === undefined ? (await statesNow(activeRuns)) - 1 : 0;
      for await (const event of events) if ((toSkip -= 1) < 0) yield event;
    },
  ),
  watching(
    'tells the states at the start in the order of their ids',
    ['activeRuns/watching', 'activeRuns/resuming', 'activeRuns/model'],
    async function* (events, { after, runId }, activeRuns) {
      let left = after === undefined && runId === undefined ? await statesNow(activeRuns) : 0;
      const states: Extract<ActiveRunEvent, { kind: 'published' }>[] = [];
      for await (const event of events) {
        if (left > 0 && event.kind === 'published') states.push(event);
        else yield event;
        if ((left -= 1) === 0) yield* states.sort((a, b) => (a.run.runId < b.run.runId ? -1 : 1));
      }
    },
  ),
  watching(
    'gives all states at the start the id of the last',
    ['activeRuns/resuming'],
    async function* (events, { after, runId }, activeRuns) {
      let left = after === undefined && runId === undefined ? await statesNow(activeRuns) : 0;
      const states: ActiveRunEvent[] = [];
      for await (const event of events) {
        if (left > 0) states.push(event);
        else yield event;
        if ((left -= 1) === 0) for (const state of states) yield { ...state, id: event.id };
      }
    },
  ),
  watching('does not tell of a gap', ['activeRuns/resuming'], async function* (events) {
    for await (const event of events) if (event.kind !== 'gap') yield event;
  }),
  watching(
    'tells of a gap and of the latest state alone',
    ['activeRuns/resuming'],
    async function* (events, _, activeRuns) {
      let toSkip = 0;
      for await (const event of events) {
        if ((toSkip -= 1) >= 0) continue;
        if (event.kind === 'gap') toSkip = (await statesNow(activeRuns)) - 1;
        yield event;
      }
    },
  ),
  watching('tells of a gap under an id of its own', ['activeRuns/resuming'], async function* (events) {
    let next: ActiveRunEvent | undefined;
    for await (const event of events) {
      if (next !== undefined) yield { ...next, id: event.id };
      next = event.kind === 'gap' ? event : undefined;
      if (next === undefined) yield event;
    }
  }),
  watching(
    'does not mind which run is watched',
    ['activeRuns/watching', 'activeRuns/resuming'],
    async function* (events, { runId, ...options }, activeRuns) {
      // What cannot be watched is refused all the same.
      if (runId !== undefined && runId.length === 36) yield* activeRuns.watch(options);
      else yield* events;
    },
  ),
  watching(
    'rejects a watch with the reason of its signal',
    ['activeRuns/ends of a watch'],
    async function* (events, { signal }) {
      yield* events;
      signal?.throwIfAborted();
    },
  ),
  watching(
    'ends a watch with the next event alone',
    ['activeRuns/ends of a watch'],
    async function* (_, { signal, ...options }, activeRuns) {
      for await (const event of activeRuns.watch(options)) {
        if (signal?.aborted === true) return;
        yield event;
      }
    },
  ),
  watching('ends a watch in silence when it stops', ['activeRuns/ends of a watch'], async function* (events) {
    const steps = events[Symbol.asyncIterator]();
    for (;;) {
      const step: IteratorResult<ActiveRunEvent, unknown> = await onRefusal(
        steps.next(),
        'CLOSED',
        () => OVER,
      );
      if (step.done === true) return;
      yield step.value;
    }
  }),
  {
    mistake: 'tells of a clear where nothing was there',
    caughtBy: ['activeRuns/watching', 'activeRuns/races', 'activeRuns/expiry'],
    sabotage({ ports: { activeRuns } }) {
      const clear: typeof activeRuns.clear = async (runId, options) => {
        const wasThere = await activeRuns.clear(runId, options);
        if (!wasThere && (await activeRuns.publish(runId, { phase: 'x' })) !== null)
          await activeRuns.clear(runId);
        return wasThere;
      };
      return { ports: { activeRuns: instead(activeRuns, { clear }) } };
    },
  },
];
