import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';
import pg from 'pg';

import { DataFolder } from './data-folder.js';
import { eventually } from './eventually.js';
import { result, run, scenario } from './records.js';

const BATCH = 1_000;
/** What a store without room answers; a server that lost its log's room restarts, and is away meanwhile. */
const REFUSALS = ['CAPACITY', 'UNAVAILABLE', 'UNKNOWN_OUTCOME'];

describe('Coordinator whose disk fills up', function () {
  this.timeout(180_000);
  let disk: FillingDisk;
  beforeEach(() => {
    disk = new FillingDisk();
  });
  afterEach(() => disk.remove());

  it('When results are recorded until they are refused, Then with room again all that were acknowledged are there', async () => {
    const { url, serving } = await disk.serve();
    await post(url, 'scenarios', scenario());
    const { runId } = (await (await post(url, 'runs', run())).json()) as { runId: string };
    const record = () =>
      post(url, 'results/bulk', {
        results: Array.from({ length: BATCH }, () => result(runId)),
      });

    let acknowledged = 0;
    let answer = await record();
    expect(answer.status).to.equal(201);
    await disk.fill();
    for (; answer.status === 201; answer = await record()) acknowledged += BATCH;
    expect(answer.status).to.equal(503);
    const { code } = (await answer.json()) as { code: string };
    expect(REFUSALS).to.include(code);
    disk.expectWasFull();

    await disk.empty();
    await eventually('results are recorded again', async () => (await record()).status === 201);
    acknowledged += BATCH;
    const counts = (await (await fetch(`${url}/api/v1/runs/${runId}/report?format=json`)).json()) as object;
    const stored = Number(/"passed":\s*(\d+)/.exec(JSON.stringify(counts))?.[1]);
    // A batch whose outcome nobody knows may be there as a whole, and never in part.
    expect(stored % BATCH).to.equal(0);
    expect(stored).to.be.at.least(acknowledged);
    if (code === 'CAPACITY') expect(stored).to.equal(acknowledged);
    serving.kill('SIGTERM');
    expect((await serving.ended()).code).to.equal(0);
  });
});

function post(url: string, path: string, body: object): Promise<Response> {
  return fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/**
 * A store whose disk can be filled: the data folder on a small tmpfs for who may mount one; for others a server whose
 * table of results answers as PostgreSQL does on a full disk.
 */
class FillingDisk {
  readonly #folder = new DataFolder();
  readonly #isMounted: boolean;
  #server: TestPostgres | undefined;
  #database = '';

  constructor() {
    const size = 'size=256m,mode=755';
    this.#isMounted =
      spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', this.#folder.path]).status === 0;
  }

  async serve(): ReturnType<DataFolder['serveHere']> {
    if (this.#isMounted) return this.#folder.serveHere();
    this.#server = await TestPostgres.start();
    this.#database = await this.#server.createDatabase();
    return this.#folder.serveHere({
      TEST_COORDINATOR_ADAPTER_POSTGRES_URL: this.#database,
      // It would have room, which it has not on the disk that is full.
      TEST_COORDINATOR_ADAPTER_SPOOL: 'false',
    });
  }

  /** Leaves no room at all. */
  async fill(): Promise<void> {
    if (!this.#isMounted) {
      await this.#execute(`
        CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON test_coordination.test_results
          EXECUTE FUNCTION full_disk()`);
      return;
    }
    const { bavail, bsize } = statfsSync(this.#folder.path);
    const chunk = Buffer.alloc(bsize);
    try {
      for (let left = bavail; left >= 0; left -= 1) writeFileSync(this.#filler, chunk, { flag: 'a' });
    } catch (error) {
      expect(error).to.include({ code: 'ENOSPC' });
    }
  }

  expectWasFull(): void {
    if (this.#isMounted) expect(statfsSync(this.#folder.path).bavail).to.equal(0);
  }

  async empty(): Promise<void> {
    if (this.#isMounted) rmSync(this.#filler);
    else await this.#execute('DROP TRIGGER full_disk ON test_coordination.test_results');
  }

  async remove(): Promise<void> {
    await this.#folder.stop();
    if (this.#isMounted) execFileSync('umount', ['--lazy', this.#folder.path]);
    await this.#folder.remove();
    await this.#server?.stop();
  }

  get #filler(): string {
    return join(this.#folder.path, 'filler');
  }

  async #execute(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#database });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
