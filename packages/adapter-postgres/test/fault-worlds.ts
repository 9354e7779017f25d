import {
  createPostgresAdapter,
  type PostgresAdapter,
  type PostgresSettings,
} from '@test-coordinator/adapter-postgres';
import { fixtures } from '@test-coordinator/contract-tests';
import pg from 'pg';

/** Short limits: a test of a limit waits for it. */
export const SHORT: Omit<PostgresSettings, 'url'> = {
  poolSize: 4,
  maxOverflow: 0,
  queryTimeoutMs: 700,
  poolTimeoutMs: 500,
};

export async function startedAdapter(
  url: string,
  settings: Omit<PostgresSettings, 'url'> = {},
): Promise<PostgresAdapter> {
  const adapter = createPostgresAdapter({ settings: { ...settings, url } });
  await adapter.start();
  return adapter;
}

/** A scenario and a run for results to belong to. */
export async function prepareRun({ ports }: PostgresAdapter): Promise<string> {
  await ports.scenarios.create(fixtures.scenario());
  return (await ports.testRuns.create(fixtures.testRun())).runId;
}

/** A connection of the test's own, to look at the database or to stand in its way. */
export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Asks again until the answer holds; fails at the deadline. */
export async function eventually<Value>(ask: () => Promise<Value>, withinMs = 90_000): Promise<Value> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The code of a call that must be refused. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: Error & { readonly code?: string }) => error.code ?? error.message,
  );
}
