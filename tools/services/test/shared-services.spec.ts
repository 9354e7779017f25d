import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('services:up and services:down', function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'services-file-'));
  });
  afterEach(async () => {
    await services('down');
    rmSync(folder, { recursive: true, force: true });
  });

  /** With a file of its own, so that servers that a person has started go on. */
  async function services(command: string): Promise<string> {
    const { stdout } = await run(process.execPath, [MAIN, command], {
      env: { ...process.env, TEST_SERVICES_FILE: join(folder, 'running.json') },
    });
    return stdout;
  }

  const answers = async (url: string): Promise<boolean> => {
    const client = new pg.Client({ connectionString: url });
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  };

  describe('Given no servers', () => {
    it('When they are started twice and stopped, Then the same ones are named, and then they are gone', async () => {
      const said = await services('up');
      const [, url = ''] = /^export TEST_PG_URL=(\S+)\nexport TEST_REDIS_URL=redis:\S+\n$/.exec(said) ?? [];
      expect(await answers(url)).to.equal(true);
      expect(await services('up')).to.equal(said);
      expect(await services('down')).to.include('stopped');
      expect(await answers(url)).to.equal(false);
      expect(await services('down')).to.include('No servers');
    });

    it('When the word is wrong, Then the exit code is 2 and the line says what to say', async () => {
      const error = await services('sideways').catch((reason: unknown) => reason);
      expect(error).to.include({ code: 2 });
      expect(error).to.have.property('stderr').that.includes('"up"');
    });
  });
});
