import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { DataFolder } from './data-folder.js';
import { examplePath, JUNIT } from './examples.js';
import { runInProcess } from './in-process.js';

// The one that serves, and one of those that open the store, answer and end.
const COMMANDS = [['serve'], ['report', 'a']];

describe('Store that cannot be used', function () {
  this.timeout(180_000);
  let folder: DataFolder;
  beforeEach(() => {
    folder = new DataFolder();
  });
  afterEach(() => folder.remove());

  async function refusal(args: readonly string[], changes: Readonly<Record<string, string>> = {}) {
    const settings = { ...folder.settings, ...changes };
    const { code, stdout, stderr } = await runInProcess(args, settings);
    expect(code, stderr).to.equal(3);
    // That of `serve` is its log.
    if (args[0] !== 'serve') expect(stdout).to.equal('');
    expect(stderr.split('\n')).to.have.length(2);
    return stderr;
  }

  it('Given data of another major version, When a command starts, Then one line says so and nothing is changed', async () => {
    expect((await runInProcess(['migrate'], folder.settings)).code).to.equal(0);
    writeFileSync(folder.file('cluster/PG_VERSION'), '17\n');
    for (const args of COMMANDS) {
      expect(await refusal(args))
        .to.include('was written by PostgreSQL 17')
        .and.include('TEST_COORDINATOR_ADAPTER_DATA_DIR')
        .and.include('(OTHER_MAJOR_VERSION)');
    }
    expect(readFileSync(folder.file('cluster/PG_VERSION'), 'utf8')).to.equal('17\n');
    writeFileSync(folder.file('cluster/PG_VERSION'), '18\n');
    expect((await runInProcess(['migrate'], folder.settings)).stdout).to.equal('The schema is up to date.\n');
  });

  it('Given a folder that holds other files, When a command starts, Then it is left alone', async () => {
    mkdirSync(join(folder.path, 'postgres'));
    writeFileSync(folder.file('thesis.txt'), 'mine');
    expect(await refusal(['import', examplePath(JUNIT)]))
      .to.include('holds other files')
      .and.include('TEST_COORDINATOR_ADAPTER_DATA_DIR names the folder. (FOLDER_UNUSABLE)');
  });

  it('Given a data folder that is a file, When a command starts, Then one line names the setting', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expect(await refusal(['health'], { TEST_COORDINATOR_ADAPTER_DATA_DIR: file }))
      .to.include('is not a folder')
      .and.include('TEST_COORDINATOR_ADAPTER_DATA_DIR');
  });

  for (const [variable, value, problem] of [
    ['POSTGRES_URL', 'postgresql://app:hunter2@db/chaos?hunter=2', 'has an unknown parameter: hunter'],
    ['POSTGRES_URL', 'postgresql://app:hunter2@db/chaos?sslmode=some', 'has an unknown sslmode'],
    ['POSTGRES_SCHEMA', 'pg_mine', 'must be a lower-case SQL name'],
  ] as const) {
    it(`Given a ${variable} that ${problem}, When a command starts, Then the code is 2 and the variable is named`, async () => {
      const name = `TEST_COORDINATOR_ADAPTER_${variable}`;
      const settings = { ...folder.settings, [name]: value };
      const { code, stderr } = await runInProcess(['migrate'], settings);
      expect(code).to.equal(2);
      expect(stderr).to.include(name).and.include(problem).and.not.include('hunter2');
    });
  }

  it('Given a server that is away and no spool, When a command starts, Then the code is 3 and the secret is not told', async () => {
    const away = {
      TEST_COORDINATOR_ADAPTER_POSTGRES_URL: 'postgresql://app:hunter2@127.0.0.1:1/chaos',
      TEST_COORDINATOR_ADAPTER_SPOOL: 'false',
    };
    for (const args of COMMANDS) {
      const told = await refusal(args, away);
      expect(told).to.include('(UNAVAILABLE)').and.not.include('hunter2');
    }
  });
});
