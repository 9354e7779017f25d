import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { SpoolFolders } from './spool-folders.js';

const PROCESS = fileURLToPath(new URL('backlog-process.js', import.meta.url));
const folders = new SpoolFolders();
afterEach(() => folders.removeAll());

interface Told {
  readonly stored: number;
  readonly maxRssMiB: number;
}

async function runProcess(...args: readonly string[]): Promise<Told> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=72',
    PROCESS,
    ...args,
  ]);
  return JSON.parse(stdout) as Told;
}

describe('Given a backlog that does not fit in the heap of the process that drains it (B21, G19)', () => {
  it('When it starts and drains, Then all is stored, no segment is left, and it never takes 200 MiB', async () => {
    const folder = await folders.newFolder();
    await runProcess('fill', folder, '9600');

    const { stored, maxRssMiB } = await runProcess('drain', folder);

    expect(stored).to.equal(9_600);
    expect(maxRssMiB).to.be.lessThan(200);
    expect((await readdir(folder)).filter((name) => name.endsWith('.log'))).to.deep.equal([]);
  });
});
