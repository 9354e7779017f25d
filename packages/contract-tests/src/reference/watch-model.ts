import { setTimeout as delay } from 'node:timers/promises';

import { checkWatchOptions, type ActiveRunEvent, type WatchOptions } from '@test-coordinator/ports';

import type { ActiveRunsModel } from '../model/active-runs-model.js';

/**
 * Goes through the changes of the model, and looks for more each millisecond.
 * @param window How many of the latest changes may be gone through.
 * @param mayGoOn Throws when the adapter has stopped, or is cut off.
 */
export async function* watchModel(
  model: ActiveRunsModel,
  window: number,
  { runId, after, signal }: WatchOptions,
  mayGoOn: () => void,
): AsyncGenerator<ActiveRunEvent> {
  const isOver = (): boolean => signal?.aborted === true;
  if (isOver()) return;
  mayGoOn();
  checkWatchOptions({ runId, after });
  const { events } = model;
  let last = after ?? events.at(-1)?.id ?? 'the beginning';
  let due: ActiveRunEvent[] = after === undefined ? [...model.inOrder()] : [];
  let place = after === undefined ? events.length : (model.placeOf(after) ?? -Infinity) + 1;
  for (; !isOver(); mayGoOn()) {
    if (due.length === 0 && place < events.length - window) {
      due = [{ kind: 'gap', id: last }, ...model.inOrder()];
      place = events.length;
    } else if (due.length === 0 && place < events.length) {
      due = [events[place]!];
      place += 1;
    }
    const event = due.shift();
    if (event === undefined) {
      await delay(1);
    } else if (concerns(event, runId)) {
      last = event.id;
      yield structuredClone(event);
    }
  }
}

function concerns(event: ActiveRunEvent, runId: string | undefined): boolean {
  if (runId === undefined || event.kind === 'gap') return true;
  return runId === (event.kind === 'published' ? event.run.runId : event.runId);
}
