import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { chooseAdapters, readSettings } from '@test-coordinator/coordinator';
import { postgresClientProgram, TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';
import pg from 'pg';

import { ApiClient } from './api-client.js';
import { example, JOURNAL } from './examples.js';
import { result, run, scenario } from './records.js';

const OPERATIONS = new URL('../../../docs/operations.md', import.meta.url);

/** A command of the documentation, without its program. */
async function documented(program: 'pg_dump' | 'pg_restore', url: string, folder: string): Promise<string[]> {
  const line = (await readFile(OPERATIONS, 'utf8'))
    .split('\n')
    .find((text) => text.startsWith(`${program} `))!;
  return line
    .split(' ')
    .slice(1)
    .map((word) =>
      word.replace('"$POSTGRES_URL"', url).replace('records.dump', join(folder, 'records.dump')),
    );
}

describe('Backup', () => {
  let postgres: TestPostgres;
  let folder: string;
  before(async () => {
    [postgres, folder] = await Promise.all([
      TestPostgres.start({ major: 15 }),
      mkdtemp(join(tmpdir(), 'backup-')),
    ]);
  });
  after(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true });
  });

  it('Given a dump that was made as the documentation says, under a coordinator that serves, When the schema is lost and restored, Then every record is answered as at the moment of the dump', async () => {
    const url = await postgres.createDatabase();
    const settings = readSettings({
      TEST_COORDINATOR_ADAPTER_POSTGRES_URL: url,
      TEST_COORDINATOR_ADAPTER_DATA_DIR: folder,
    });
    const perform = async (program: 'pg_dump' | 'pg_restore') => {
      const { command, env } = await postgresClientProgram(program);
      const args = await documented(program, url, folder);
      await promisify(execFile)(command, args, { env: { ...process.env, ...env } });
    };

    let before: readonly string[];
    {
      await using api = await ApiClient.start({
        factory: await chooseAdapters(settings, { environment: {} }),
      });
      await api.must('POST', '/api/v1/imports', { body: example(JOURNAL) });
      await api.must('POST', '/api/v1/scenarios', { body: scenario() });
      const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() });
      await api.must('POST', `/api/v1/runs/${runId}/start`);
      await api.must('POST', '/api/v1/results/bulk', {
        body: { results: Array.from({ length: 500 }, () => result(runId)) },
      });
      before = await answers(api);
      await perform('pg_dump');
      await api.must('POST', '/api/v1/results', { body: result(runId) });
      expect(await answers(api)).to.not.deep.equal(before);
    }
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('DROP SCHEMA test_coordination CASCADE');
    await client.end();

    await perform('pg_restore');
    await using restored = await ApiClient.start({
      factory: await chooseAdapters(settings, { environment: {} }),
    });
    expect(await answers(restored)).to.deep.equal(before);
    expect((await restored.must<{ items: readonly object[] }>('GET', '/api/v1/runs')).items).to.have.length(
      2,
    );
  });
});

/** All that the lists say, page by page. */
async function answers(api: ApiClient): Promise<readonly string[]> {
  const told: string[] = [];
  for (const list of ['scenarios', 'runs', 'events', 'results']) {
    for (let cursor = ''; ;) {
      const page = await api.call('GET', `/api/v1/${list}?limit=1000${cursor}`);
      told.push(page.text);
      const { nextCursor } = JSON.parse(page.text) as { nextCursor: string | null };
      if (nextCursor === null) break;
      cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
    }
  }
  return told;
}
