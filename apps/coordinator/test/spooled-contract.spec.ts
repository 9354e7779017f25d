import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createPostgresAdapter, migrate } from '@test-coordinator/adapter-postgres';
import { ReplayClock, SpoolAdapter } from '@test-coordinator/adapter-spool';
import {
  contractOptionsFrom,
  runContractGroup,
  type AdapterHarness,
  type GroupName,
} from '@test-coordinator/contract-tests';
import { TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';
import pg from 'pg';

const EMPTIED = ['test_runs', 'scenarios']
  .map((table) => `DELETE FROM test_coordination.${table}`)
  .join('; ');

let server: TestPostgres;
let admin: pg.Client;
let url: string;

/** PostgreSQL with a spool before it, as a coordinator has it, and nothing that goes wrong. */
const harness: AdapterHarness = {
  name: 'PostgreSQL behind a spool',
  capabilities: {
    ports: ['scenarios', 'testRuns', 'chaosEvents', 'testResults', 'unitOfWork'],
    durable: { no: 'asked of PostgreSQL alone' },
    shared: { no: 'asked of PostgreSQL alone' },
    transactions: true,
    interruptible: { no: 'told by the stories of outages' },
    clock: { kind: 'manual' },
  },
  start: async () => {
    server = await TestPostgres.start();
    url = await server.createDatabase();
    await migrate({ url });
    admin = new pg.Client({ connectionString: url });
    await admin.connect();
  },
  stop: async () => {
    await admin.end();
    await server.stop();
  },
  openWorld: async ({ clock, ids }) => {
    await admin.query(EMPTIED);
    const folder = mkdtempSync(join(tmpdir(), 'spooled-contract-'));
    const replay = new ReplayClock(clock);
    const postgres = createPostgresAdapter({
      clock: replay,
      ids,
      settings: { url, poolSize: 4, maxOverflow: 4 },
    });
    const spool = new SpoolAdapter({ settings: { folder }, store: postgres, clock: replay, ids });
    const stop = async (): Promise<void> => {
      await spool.stop();
      await postgres.stop();
    };
    return {
      ports: spool.ports,
      lifecycle: {
        start: async () => {
          await postgres.start();
          await spool.start();
        },
        stop,
        checkHealth: () => postgres.checkHealth(),
        [Symbol.asyncDispose]: stop,
      },
      close: async () => {
        await stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

/** Those in which the time, the ids or the errors of PostgreSQL could be lost on the way; all of them run without it. */
const GROUPS: readonly GroupName[] = [
  'testRuns/identity',
  'testRuns/completion',
  'testRuns/fences',
  'testRuns/races',
  'testRuns/references',
  'chaosEvents/recovery',
  'testResults/bulk',
  'unitOfWork/fences',
];

describe('PostgreSQL behind a spool, with nothing that goes wrong', () => {
  before(() => harness.start());
  after(() => harness.stop());

  for (const group of GROUPS) {
    it(`Given the contract of ${group}, When it runs, Then it holds as without the spool`, async () => {
      const options = { runs: 3, ...contractOptionsFrom(process.env) };
      const { passed, failed } = await runContractGroup(harness, group, options);
      if (failed[0] !== undefined) throw failed[0].reason;
      expect(passed).to.not.deep.equal([]);
    });
  }
});
