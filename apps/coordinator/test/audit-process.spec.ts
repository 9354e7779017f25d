import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';

import { eventually } from './eventually.js';
import { result, run, scenario } from './records.js';
import { SpoolingWorld, type ServingCoordinator } from './spooling-coordinator.js';

const AUDITED = { TEST_COORDINATOR_ADAPTER_AUDIT: 'true' };
const TABLE = 'test_coordination.audit_entries';

describe('Audit log of a coordinator with PostgreSQL', function () {
  this.timeout(120_000);
  let postgres: TestPostgres;
  let world: SpoolingWorld;
  before(async () => {
    postgres = await TestPostgres.startOwn();
    world = await SpoolingWorld.on(postgres);
  });
  after(async () => {
    await world.remove();
    await postgres.stop();
  });

  const verify = async (): Promise<readonly [code: number | null, stdout: string]> => {
    const { code, stdout } = await world.run('audit', 'verify');
    return [code, stdout];
  };
  const stopped = async ({ process }: ServingCoordinator): Promise<void> => {
    process.kill('SIGTERM');
    expect((await process.ended()).code).to.equal(0);
  };

  it('Given an outage and a kill -9 in it, When both are back, Then every chain is sound and holds what was accepted', async () => {
    const first = await world.serve(AUDITED);
    expect((await first.post('scenarios', scenario())).status).to.equal(201);
    const runId = String((await first.post('runs', run())).body['runId']);
    await world.server.kill();
    const accepted = await first.post('results', result(runId));
    expect(accepted.status, 'that PostgreSQL was away').to.equal(202);
    const [away] = await verify();
    expect(away, 'what verify answers while the store is away').to.equal(3);
    first.process.kill('SIGKILL');
    expect((await first.process.ended()).code).to.equal(null);

    await world.server.restart();
    const second = await world.serveHere(AUDITED);
    await second.drained();
    const { body } = await second.get(`audit?action=testResults.create&runId=${runId}`);
    const items = body['items'] as readonly { readonly phase: string; readonly chain: string }[];
    expect(items.map(({ phase }) => phase)).to.include('attempted');
    await stopped(second);

    const [code, stdout] = await verify();
    expect([code, stdout]).to.deep.equal([0, stdout]);
    expect(stdout).to.match(/[2-9] chains with \d+ entries, [1-9]\d* checkpoints: sound/);
    const key = join(world.folder, 'audit', 'key.pem');
    expect(statSync(key).mode & 0o777).to.equal(0o600);
    expect(second.process.stdout).to.include('checkpoint of the audit log').and.not.to.include('PRIVATE');
  });

  it('Given a chain with a checkpoint, When the owner of the table changes it or cuts its tail, Then verify ends with 1 and tells the first bad entry (B29)', async () => {
    const coordinator = await world.serveHere(AUDITED);
    for (const n of [1, 2, 3, 4, 5, 6, 7])
      await coordinator.post('scenarios', scenario({ scenarioId: `audited-${n}` }));
    const { body } = await coordinator.get('audit?id=audited-7');
    const { chain, sequence } = (body['items'] as readonly { chain: string; sequence: number }[]).at(-1)!;
    await stopped(coordinator);
    expect((await verify())[0]).to.equal(0);

    const at = `chain = '${chain}' AND sequence = ${sequence}`;
    const content = `replace(content, 'audited-7', 'audited-8')`;
    const changed = await world.query(
      `UPDATE ${TABLE} SET content = ${content} WHERE ${at} RETURNING sequence`,
    );
    expect(changed, 'that it was changed').to.have.length(1);
    expect(await verify()).to.satisfy(
      ([code, stdout]: readonly [number, string]) =>
        code === 1 && stdout.includes(`${chain}: changed from sequence ${sequence} on`),
    );
    await world.query(
      `UPDATE ${TABLE} SET content = ${content.replace(/(audited-7)(.*)(audited-8)/, '$3$2$1')} WHERE ${at}`,
    );
    expect((await verify())[0], 'once it is as it was').to.equal(0);

    const last = Number(
      (await world.query(`SELECT max(sequence) FROM ${TABLE} WHERE chain = '${chain}'`))[0]!['max'],
    );
    const cut = await world.query(
      `DELETE FROM ${TABLE} WHERE chain = '${chain}' AND sequence > ${last - 10} RETURNING sequence`,
    );
    expect(cut, 'that the last ten are gone').to.have.length(10);
    const [code, stdout] = await verify();
    expect(code).to.equal(1);
    expect(stdout).to.include(`${chain}: cut from sequence ${last - 9} on`);

    const checkpoints = join(world.folder, 'audit', 'checkpoints.jsonl');
    const forged = join(world.folder, 'forged.jsonl');
    writeFileSync(forged, readFileSync(checkpoints, 'utf8').replaceAll(/"count":\d+/g, '"count":1'));
    const told = await world.run('audit', 'verify', '--checkpoints', forged);
    expect(told.code).to.equal(1);
    expect(told.stdout).to.include('was not signed with this key');
  });

  it('Given entries, When they are listed on the command line, Then the newest come first, by what is asked for', async () => {
    const { code, stdout } = await world.run('audit', 'list', '--id', 'audited-1');
    expect(code).to.equal(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/).at(-1)),
    ).to.deep.equal(['done', 'attempted']);
    expect((await world.run('audit')).code).to.equal(2);
    expect((await world.run('audit', 'list', '--checkpoints', 'x')).code).to.equal(2);
  });

  it('Given a call whose process died, When the log is verified, Then the attempt without an outcome is told', async () => {
    const coordinator = await world.serve(AUDITED);
    const { body } = await coordinator.get('audit?limit=1');
    const [{ chain }] = body['items'] as [{ chain: string }];
    // Of a cold start: its registration. The outcome of a change comes a moment behind it.
    await eventually(
      'its registration is there',
      async () => (await world.run('audit', 'list', '--limit', '1')).stdout !== '',
    );
    coordinator.process.kill('SIGKILL');
    await coordinator.process.ended();
    await world.query(`DELETE FROM ${TABLE} WHERE sequence > 1 AND chain = '${chain}'`);
    const { stdout } = await world.run('audit', 'verify');
    expect(stdout).to.include(`${chain}: no outcome of the attempts 1`);
  });
});
