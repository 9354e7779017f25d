import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { createCoordinatorClient, type ClientPorts, type CoordinatorClient } from '@test-coordinator/client';
import { DataAdapterError, type ActiveRun } from '@test-coordinator/ports';

import { AccessError } from '../security/access-error.js';
import { readSettings } from '../settings/read-settings.js';
import { SETTINGS, type Settings } from '../settings/setting-table.js';
import { EXIT, UsageError, type Command, type Host } from './command.js';
import { parsed } from './parsed-arguments.js';
import { ProgressLine } from './progress-line.js';

const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const RECONNECT_MS = 1_000;
/** A coordinator that is restarted is back within this time. */
const PATIENCE_MS = 30_000;

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
    const url = baseUrl(values.url) ?? urlOf(settings);
    await using client = createCoordinatorClient({
      settings: { baseUrl: url, apiKey: settings.clientKey?.reveal() },
    });
    try {
      await reach(client, url);
      await watch(client.ports, await runIdOf(client.ports, name), host);
    } catch (error) {
      throw told(error, url);
    }
    return EXIT.done;
  },
};

async function reach(client: CoordinatorClient, url: string): Promise<void> {
  try {
    await client.start();
  } catch (error) {
    if (!DataAdapterError.is(error) || error.code !== 'INTERNAL') throw error;
    throw new DataAdapterError('UNSUPPORTED', `the server on ${url} is no test coordinator`);
  }
}

/** A run that calls itself so goes before one that has the name for its id, as in `report`. */
async function runIdOf({ testRuns }: ClientPorts, name: string): Promise<string> {
  const { items } = await testRuns.find({ externalId: name }, { limit: 1 });
  return items[0]?.runId ?? name;
}

/** Resolves once the run was taken off. */
async function watch({ activeRuns }: ClientPorts, runId: string, { stdout, stderr }: Host): Promise<void> {
  const line = stdout.isTTY === true ? new ProgressLine(stdout) : undefined;
  let after: string | undefined;
  for (let lostAt: number | undefined; ;) {
    try {
      for await (const event of activeRuns.watch({ runId, after })) {
        lostAt = undefined;
        after = event.id;
        if (event.kind === 'published') {
          const { run } = event;
          if (line === undefined)
            stdout.write(`${run.updatedAt.toISOString()} ${percent(run)} ${words(run)}\n`);
          else line.draw(run.progress, words(run));
        } else if (event.kind === 'gap') {
          stderr.write('Some changes were missed; going on with the present state.\n');
        } else {
          line?.clear();
          stdout.write('The run has ended.\n');
          return;
        }
      }
    } catch (error) {
      const isNews = after === undefined;
      lostAt ??= performance.now();
      const isOver = performance.now() - lostAt > PATIENCE_MS;
      if (isNews || isOver || !DataAdapterError.is(error) || !error.retryable) throw error;
    }
    await delay(RECONNECT_MS);
  }
}

/** What a person is told of an error of the client, where that is more than the client knows. */
function told(error: unknown, url: string): unknown {
  if (!DataAdapterError.is(error)) return error;
  const { code, details } = error;
  if (details?.['code'] === 'UNAUTHENTICATED' || details?.['code'] === 'FORBIDDEN')
    return new AccessError(`${error.message} ${SETTINGS.clientKey.variable} names the key.`);
  // A coordinator that answers tells itself what is away.
  const isUnanswered = code === 'UNAVAILABLE' && error.cause !== undefined;
  return isUnanswered
    ? new DataAdapterError(
        code,
        `no coordinator answers on ${url}: start one with npm start, or name another with --url`,
      )
    : error;
}

function percent({ progress }: ActiveRun): string {
  return progress === null ? '? %' : `${Math.floor(progress * 100)} %`;
}

/** What is said of the state. What a publisher wrote must not steer the terminal. */
function words({ phase, message, counters }: ActiveRun): string {
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
