import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { DataAdapterError, ERROR_CODES, type ErrorCode } from '@test-coordinator/ports';

import { AccessError } from '../security/access-error.js';
import { readSettings } from '../settings/read-settings.js';
import { SETTINGS, type Settings } from '../settings/setting-table.js';
import { EXIT, UsageError, type Command, type Host } from './command.js';
import { parsed } from './parsed-arguments.js';
import { ProgressLine } from './progress-line.js';
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.js';

const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const RECONNECT_MS = 1_000;
/** A coordinator that is restarted is back within this time. */
const PATIENCE_MS = 30_000;

/** The live state as the API tells it. */
interface LiveState {
  readonly phase: string;
  readonly progress: number | null;
  readonly message: string | null;
  readonly counters: Readonly<Record<string, number>>;
  readonly updatedAt: string;
}

/** Follows a run of a coordinator that serves, until the run is taken off: a bar on a terminal, and lines elsewhere. */
export const watchCommand: Command = {
  async run(args, host) {
    const { values, positionals } = parsed(() =>
      parseArgs({ args: [...args], options: { url: { type: 'string' } }, allowPositionals: true }),
    );
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0)
      throw new UsageError('watch needs one run: its id, or the externalId that it was recorded with.');
    const settings = readSettings(host.environment, { logLevel: 'WARNING' });
    const coordinator = new WatchedCoordinator(
      baseUrl(values.url) ?? urlOf(settings),
      settings.clientKey?.reveal(),
    );
    await watch(coordinator, await coordinator.runIdOf(name), host);
    return EXIT.done;
  },
};

/** Resolves once the run was taken off. */
async function watch(
  coordinator: WatchedCoordinator,
  runId: string,
  { stdout, stderr }: Host,
): Promise<void> {
  const line = stdout.isTTY === true ? new ProgressLine(stdout) : undefined;
  let after: string | undefined;
  for (let lostAt: number | undefined; ;) {
    try {
      for await (const { id, event, data } of await coordinator.follow(runId, after)) {
        lostAt = undefined;
        after = id;
        if (event === 'published') {
          const state = JSON.parse(data) as LiveState;
          if (line === undefined) stdout.write(`${state.updatedAt} ${percent(state)} ${words(state)}\n`);
          else line.draw(state.progress, words(state));
        } else if (event === 'gap') {
          stderr.write('Some changes were missed; going on with the present state.\n');
        } else if (event === 'cleared') {
          line?.clear();
          stdout.write('The run has ended.\n');
          return;
        }
      }
    } catch (error) {
      const isNews = after === undefined;
      if (isNews || !DataAdapterError.is(error) || !error.retryable) throw error;
    }
    lostAt ??= performance.now();
    if (performance.now() - lostAt > PATIENCE_MS) throw coordinator.away();
    await delay(RECONNECT_MS);
  }
}

/** The HTTP API of a coordinator, as far as a watcher needs it. */
class WatchedCoordinator {
  readonly #authorization: Readonly<Record<string, string>>;

  constructor(
    private readonly url: string,
    key: string | undefined,
  ) {
    this.#authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  /** A run that calls itself so goes before one that has the name for its id, as in `report`. */
  async runIdOf(name: string): Promise<string> {
    const response = await this.#get(`/api/v1/runs?limit=1&externalId=${encodeURIComponent(name)}`);
    const { items } = (await response.json()) as { readonly items: readonly { readonly runId: string }[] };
    return items[0]?.runId ?? name;
  }

  async follow(runId: string, after: string | undefined): Promise<AsyncIterable<ServerSentEvent>> {
    const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) };
    const response = await this.#get(`/api/v1/runs/${encodeURIComponent(runId)}/live`, headers);
    return this.#events(response);
  }

  away(): DataAdapterError {
    return new DataAdapterError(
      'UNAVAILABLE',
      `no coordinator answers on ${this.url}: start one with npm start, or name another with --url`,
    );
  }

  async *#events(response: Response): AsyncGenerator<ServerSentEvent> {
    try {
      yield* readServerSentEvents(response.body as unknown as AsyncIterable<Uint8Array>);
    } catch {
      throw this.away();
    }
  }

  async #get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const response = await fetch(this.url + path, { headers: { ...headers, ...this.#authorization } }).catch(
      () => {
        throw this.away();
      },
    );
    if (response.ok) return response;
    const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
    if (response.status === 401 || response.status === 403)
      throw new AccessError(
        `${problem.detail ?? 'Not allowed.'} ${SETTINGS.clientKey.variable} names the key.`,
      );
    const isOurs = problem.code !== undefined && Object.hasOwn(ERROR_CODES, problem.code);
    const detail = isOurs ? (problem.detail ?? '') : `the server on ${this.url} is no test coordinator`;
    throw new DataAdapterError(isOurs ? (problem.code as ErrorCode) : 'UNSUPPORTED', detail);
  }
}

function percent({ progress }: LiveState): string {
  return progress === null ? '? %' : `${Math.floor(progress * 100)} %`;
}

/** What is said of the state. What a publisher wrote must not steer the terminal. */
function words({ phase, message, counters }: LiveState): string {
  const counted = Object.entries(counters).map(([name, count]) => `${name} ${count}`);
  const text = [phase, ...(message === null ? [] : [message]), ...counted].join(' · ');
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

function baseUrl(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UsageError('--url must be the address of a coordinator, such as http://127.0.0.1:8084.');
  return url.origin;
}

/** Where the coordinator of the same settings serves. */
function urlOf({ httpHost, httpPort }: Settings): string {
  const host = ANY_ADDRESS.has(httpHost) ? '127.0.0.1' : httpHost;
  return `http://${host.includes(':') ? `[${host}]` : host}:${httpPort}`;
}
