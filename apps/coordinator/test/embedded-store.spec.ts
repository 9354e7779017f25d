import { expect } from 'chai';

import { CTRF, examplePath, JOURNAL } from './examples.js';
import { DataFolder } from './data-folder.js';
import { eventually } from './eventually.js';
import { runInProcess } from './in-process.js';

interface Report {
  readonly reports: readonly {
    readonly outcome: string;
    readonly scenario: { readonly scenarioId: string };
    readonly run: { readonly runId: string };
  }[];
}

async function post(url: string, path: string, body: object): Promise<Response> {
  return fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
async function record(url: string, scenarioId: string): Promise<void> {
  const { status } = await post(url, 'scenarios', { scenarioId, name: 'a', scenarioType: 'combined' });
  expect(status).to.equal(201);
}
const statusOf = async (url: string, path: string) => (await fetch(url + path)).status;

describe('Coordinator without settings', function () {
  this.timeout(180_000);
  let folder: DataFolder;
  beforeEach(() => {
    folder = new DataFolder();
  });
  afterEach(() => folder.remove());
  after(() => DataFolder.removeUsed());

  describe('Given records over HTTP', () => {
    beforeEach(() => folder.fill());

    it('When it is stopped and started again, Then they are there, and it says that they last', async () => {
      const first = await folder.serve();
      await record(first.url, 'kept');
      const ready = await (await fetch(`${first.url}/readyz`)).json();
      expect(ready).to.include({ status: 'ok', durable: true });
      expect(JSON.stringify(ready))
        .to.include(`embedded PostgreSQL in ${folder.path}`)
        .and.include('cache, service registry, locks and live state are in the memory of this process');
      first.serving.kill('SIGTERM');
      const { code, stdout, stderr } = await first.serving.ended();
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.include('started the embedded PostgreSQL').and.not.include('"level":"warn"');
      expect(folder.serverPid).to.equal(undefined);

      const second = await folder.serveHere();
      expect(await statusOf(second.url, '/api/v1/scenarios/kept')).to.equal(200);
    });

    it('When the coordinator is killed and started again, and then PostgreSQL with it, Then they are there', async () => {
      const first = await folder.serve();
      await record(first.url, 'kept');
      first.serving.kill('SIGKILL');
      await first.serving.ended();
      const second = await folder.serve();
      expect(await statusOf(second.url, '/api/v1/scenarios/kept')).to.equal(200);
      await record(second.url, 'kept-too');
      process.kill(folder.serverPid!, 'SIGKILL');
      second.serving.kill('SIGKILL');
      await second.serving.ended();
      const third = await folder.serveHere();
      for (const name of ['kept', 'kept-too'])
        expect(await statusOf(third.url, `/api/v1/scenarios/${name}`)).to.equal(200);
    });

    it('When PostgreSQL is killed under it and the spool is off, Then it is not ready until that is back, and works on', async () => {
      const { serving, url } = await folder.serveHere({ TEST_COORDINATOR_ADAPTER_SPOOL: 'false' });
      await record(url, 'before');
      const killed = folder.serverPid!;
      process.kill(killed, 'SIGKILL');
      await eventually('readyz says 503', async () => (await statusOf(url, '/readyz')) === 503);
      expect(await statusOf(url, '/livez')).to.equal(200);
      expect(
        (await post(url, 'scenarios', { scenarioId: 'refused', name: 'a', scenarioType: 'combined' })).status,
      ).to.equal(503);
      await eventually('readyz says 200', async () => (await statusOf(url, '/readyz')) === 200);
      expect(folder.serverPid).to.not.equal(killed);
      expect(await statusOf(url, '/api/v1/scenarios/before')).to.equal(200);
      await record(url, 'after');
      expect(serving.stdout)
        .to.include('The embedded PostgreSQL went away')
        .and.include('The embedded PostgreSQL is back');
    });
  });

  describe('Given several processes on one folder', () => {
    it('When they start at once on an empty one, Then all serve the same records', async () => {
      const all = await Promise.all([folder.serve(), folder.serve(), folder.serve()]);
      await record(all[0].url, 'shared');
      for (const { url } of all) expect(await statusOf(url, '/api/v1/scenarios/shared')).to.equal(200);
      const joined = all.filter(({ serving }) => serving.stdout.includes('joined the embedded PostgreSQL'));
      expect(joined).to.have.length(2);
    });

    it('When the one that started the server ends, Then the others work on', async () => {
      await folder.fill();
      const first = await folder.serve();
      const second = await folder.serveHere();
      first.serving.kill('SIGTERM');
      expect((await first.serving.ended()).code).to.equal(0);
      await record(second.url, 'later');
      expect(await statusOf(second.url, '/readyz')).to.equal(200);
    });

    it('When commands run beside a coordinator, Then each sees what the other recorded', async () => {
      await folder.fill();
      const { url } = await folder.serveHere();
      const imported = await folder.run('import', '--format=json', examplePath(JOURNAL));
      expect([imported.code, imported.stderr]).to.deep.equal([0, '']);
      const [entry] = (JSON.parse(imported.stdout) as Report).reports;
      const overHttp = await fetch(`${url}/api/v1/runs/${entry!.run.runId}/report?format=text`);
      const reported = await runInProcess(['report', entry!.run.runId], folder.settings);
      expect([reported.code, reported.stderr]).to.deep.equal([0, '']);
      expect(reported.stdout).to.equal(await overHttp.text());
    });
  });

  describe('Given an import', () => {
    beforeEach(() => folder.fill());

    it('When it runs again in another process, Then it is a duplicate of the same run, and stdout is JSON alone', async () => {
      const runs: string[] = [];
      for (const outcome of ['recorded', 'duplicate']) {
        const args = ['import', '--format=json', examplePath(CTRF)];
        const { code, stdout, stderr } = await (outcome === 'recorded'
          ? folder.run(...args)
          : runInProcess(args, folder.settings));
        expect([code, stderr]).to.deep.equal([0, '']);
        const [entry] = (JSON.parse(stdout) as Report).reports;
        expect(entry!.outcome).to.equal(outcome);
        runs.push(entry!.run.runId);
      }
      expect(runs[0]).to.equal(runs[1]);
    });

    it('When its report is asked for later, Then every format is told, and a name that nobody has is code 1', async () => {
      const imported = await runInProcess(['import', '--format=json', examplePath(JOURNAL)], folder.settings);
      const [entry] = (JSON.parse(imported.stdout) as Report).reports;
      const { runId } = entry!.run;
      const report = (...args: string[]) => runInProcess(['report', ...args], folder.settings);
      const asJson = await report(runId, '--format=json');
      expect(JSON.parse(asJson.stdout)).to.deep.equal(JSON.parse(imported.stdout));
      expect((await report(runId, '--format', 'markdown')).stdout).to.match(/^### /);
      const unknown = await report('nobody');
      expect([unknown.code, unknown.stdout, unknown.stderr]).to.deep.equal([
        1,
        '',
        'no run has the id or the externalId "nobody"\n',
      ]);
    });

    it('When a run has a name of its own, Then its report is found by that', async () => {
      const { url } = await folder.serveHere();
      await record(url, 'a');
      const { status } = await post(url, 'runs', { scenarioId: 'a', externalId: 'nightly 7' });
      expect(status).to.equal(201);
      const { code, stdout } = await runInProcess(['report', 'nightly 7'], folder.settings);
      expect([code, stdout.includes('(combined)')]).to.deep.equal([0, true]);
    });
  });
});
