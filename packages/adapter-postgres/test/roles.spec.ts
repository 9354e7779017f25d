import { createPostgresAdapter, migrate } from '@test-coordinator/adapter-postgres';
import { fixtures } from '@test-coordinator/contract-tests';
import { PostgresServer } from '@test-coordinator/services';
import { expect } from 'chai';

import { connected, prepareRun } from './fault-worlds.js';

/** Everything that anybody but the owner may do. */
const MATRIX = [
  'audit_entries tc_app SELECT',
  'audit_entries tc_ro SELECT',
  'chaos_events tc_app INSERT',
  'chaos_events tc_app SELECT',
  'chaos_events tc_app UPDATE',
  'chaos_events tc_ro SELECT',
  'scenarios tc_app DELETE',
  'scenarios tc_app INSERT',
  'scenarios tc_app SELECT',
  'scenarios tc_app UPDATE',
  'scenarios tc_ro SELECT',
  'schema_migrations tc_app SELECT',
  'schema_migrations tc_ro SELECT',
  'test_results tc_app INSERT',
  'test_results tc_app SELECT',
  'test_results tc_ro SELECT',
  'test_runs tc_app DELETE',
  'test_runs tc_app INSERT',
  'test_runs tc_app SELECT',
  'test_runs tc_app UPDATE',
  'test_runs tc_ro SELECT',
];

const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  tc_app: [
    'DELETE FROM test_results',
    'UPDATE test_results SET status = status',
    'DELETE FROM chaos_events',
    'TRUNCATE test_results',
    'TRUNCATE test_runs CASCADE',
    'DROP TABLE test_results',
    'ALTER TABLE test_runs ADD COLUMN x integer',
    'CREATE TABLE x (n integer)',
    'CREATE INDEX ON test_runs (exit_code)',
    "INSERT INTO schema_migrations (number, name, checksum) VALUES (9, '', '')",
    'UPDATE schema_migrations SET checksum = checksum',
    'DELETE FROM schema_migrations',
    'DROP SCHEMA test_coordination CASCADE',
    "CREATE OR REPLACE FUNCTION health_check(OUT a integer) LANGUAGE sql AS 'SELECT 1'",
    'ALTER TABLE test_runs DISABLE TRIGGER ALL',
    "INSERT INTO audit_entries (chain, sequence, content, hash) VALUES ('a', 1, '{}', '')",
    'UPDATE audit_entries SET content = content',
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
    'DROP TABLE audit_entries',
    'ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_pkey',
    'SELECT content FROM audit_entries FOR UPDATE',
    "CREATE OR REPLACE FUNCTION audit_append(of_chain text, first_sequence bigint, contents text[]) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    'ALTER FUNCTION audit_append(text, bigint, text[]) SECURITY INVOKER',
    'SET ROLE tc_owner',
    'CREATE ROLE another',
  ],
  tc_ro: [
    'INSERT INTO scenarios SELECT * FROM scenarios',
    'UPDATE test_runs SET status = status',
    'DELETE FROM test_runs',
    'DELETE FROM test_results',
    'CREATE TABLE x (n integer)',
    'TRUNCATE scenarios CASCADE',
    'SET ROLE tc_app',
    'SELECT delete_some_children_of_run(NULL, 1)',
    'SELECT scenario_id FROM scenarios FOR UPDATE',
    "SELECT audit_append('a', 1, ARRAY['{}'])",
  ],
};

describe('The roles', () => {
  let server: PostgresServer;
  let said: string | undefined;
  const as = (role: string): string => server.url.replace('//postgres@', `//${role}@`);
  before(async function () {
    this.timeout(30_000);
    server = await PostgresServer.start();
    said = (await migrate({ url: server.url }, { roles: true })).roles;
  });
  after(() => server.stop());

  it('When they are asked for, Then the report says so, and asking again changes nothing', async () => {
    expect(said).to.include('tc_owner, tc_migrate, tc_app and tc_ro');
    expect(await migrate({ url: server.url }, { roles: true })).to.deep.equal({ applied: [], roles: said });
  });

  it('When the grants are read, Then they are exactly those of the matrix', async () => {
    const admin = await connected(server.url);
    const { rows } = await admin.query<{
      entry: string;
    }>(`SELECT format('%s %s %s', table_name, grantee, privilege_type) AS entry
      FROM information_schema.role_table_grants WHERE table_schema = 'test_coordination' AND grantee NOT IN ('tc_owner', 'postgres')`);
    expect(rows.map(({ entry }) => entry).sort()).to.deep.equal([...MATRIX].sort());
    await admin.end();
  });

  for (const [role, statements] of Object.entries(FORBIDDEN)) {
    for (const statement of statements) {
      it(`When ${role} sends ${statement}, Then it is refused`, async () => {
        const client = await connected(as(role));
        await client.query('SET search_path TO test_coordination; SET default_transaction_read_only = off');
        const code = await client.query(statement).then(
          () => 'allowed',
          (error: { code?: string }) => error.code,
        );
        expect(code).to.equal('42501');
        await client.end();
      });
    }
  }

  it('When tc_app runs the adapter, Then it records, audits, reads, deletes a run with its children and retires old runs', async () => {
    const adapter = createPostgresAdapter({ settings: { url: as('tc_app') } });
    await adapter.start();
    const runId = await prepareRun(adapter);
    const { testRuns, testResults, chaosEvents } = adapter.ports;
    await testResults.bulkCreate([fixtures.testResult({ runId })]);
    await chaosEvents.create(fixtures.chaosEvent({ runId }));
    await testRuns.completeRun(runId, 'passed', {}, { fence: 1 });
    const { auditLog } = adapter.ports;
    await auditLog.append([fixtures.auditEntry()]);
    expect((await auditLog.find({})).items).to.have.length(1);
    expect(await testRuns.delete(runId)).to.equal(true);
    expect((await testResults.find({})).items).to.deep.equal([]);
    const policy = { testRunsDays: 1, chaosEventsDays: 1, testResultsDays: 1, scenariosDays: 1 };
    expect(await adapter.retention.apply(policy)).to.include({ isElsewhere: false });
    expect((await adapter.checkHealth()).status).to.equal('up');
    expect(await adapter.storeId()).to.match(/^\d+\.\d+\.\d+$/);
    await adapter.stop();
  });

  it('When tc_ro reads, Then it may, and its transactions are read only', async () => {
    const client = await connected(as('tc_ro'));
    expect((await client.query('SHOW default_transaction_read_only')).rows).to.deep.equal([
      { default_transaction_read_only: 'on' },
    ]);
    await client.query('SELECT * FROM test_coordination.test_results');
    await client.end();
  });

  it('When a role without CREATEROLE asks for them, Then they are left and the report says why', async () => {
    const admin = await connected(server.url);
    await admin.query('CREATE ROLE plain LOGIN');
    await admin.query('CREATE DATABASE plain OWNER plain');
    await admin.end();
    const { applied, roles } = await migrate(
      { url: as('plain').replace(/\/postgres$/, '/plain') },
      { roles: true },
    );
    expect(applied).to.deep.equal(['0001-records', '0002-audit-log']);
    expect(roles).to.include('CREATEROLE');
  });
});
