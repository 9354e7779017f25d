import { DataAdapterError, type ActiveRunEvent, type Logger } from '@test-coordinator/ports';

/** Proxies close a connection on which nothing comes for a minute, or half of one. */
const KEEP_ALIVE_MS = 15_000;
/** How long an `EventSource` waits before it comes back. */
const RECONNECT_MS = 1_000;

/**
 * What a watcher learns, as the text of Server-Sent Events. A store that goes away ends the text: the client comes back
 * with the last id by itself.
 */
export async function* liveEventStream(
  events: AsyncIterable<ActiveRunEvent>,
  logger: Logger,
): AsyncGenerator<string> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  const iterator = events[Symbol.asyncIterator]();
  try {
    for (let next = iterator.next(); ;) {
      const answer = await withinKeepAlive(next);
      if (answer === undefined) {
        yield ': still here\n\n';
      } else if (answer.done === true) {
        return;
      } else {
        yield eventText(answer.value);
        next = iterator.next();
      }
    }
  } catch (error) {
    if (!DataAdapterError.is(error)) throw error;
    logger.warn({ code: error.code }, 'a live stream ended early; its client comes back');
  } finally {
    await iterator.return?.();
  }
}

function eventText({ kind, id, ...rest }: ActiveRunEvent): string {
  const data = 'run' in rest ? rest.run : rest;
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What was waited for, or `undefined` when it takes longer. */
async function withinKeepAlive<Answer>(promise: Promise<Answer>): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), KEEP_ALIVE_MS);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
