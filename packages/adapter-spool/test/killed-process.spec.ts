import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { SpoolFolders, expectRefusal, waitingTexts } from './spool-folders.js';

const APPENDER = fileURLToPath(new URL('append-until-killed.js', import.meta.url));
const folders = new SpoolFolders();
afterEach(() => folders.removeAll());

/** Kills an appending process once it has printed so many records; answers all that it printed. */
async function appendAndKill(folder: string, records: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [APPENDER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > records) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).to.equal('SIGKILL');
  return printed.split('\n').slice(0, -1);
}

describe('Given processes that are killed with kill -9 while they append (B15)', () => {
  it('When the next one opens the folder, Then every record that was answered is there once, in the order of its caller', async () => {
    const folder = await folders.newFolder();
    const answered: string[] = [];
    for (const records of [1, 30, 200, 700]) answered.push(...(await appendAndKill(folder, records)));

    const spool = await folders.open(folder);
    const found = (await waitingTexts(spool)).map((text) => text.replace(/\.+$/, ''));

    expect(answered.length).to.be.greaterThan(900);
    expect(new Set(found).size).to.equal(found.length);
    const places = new Map(found.map((text, index) => [text, index]));
    expect(answered.filter((text) => !places.has(text))).to.deep.equal([]);
    const lastOfCaller = new Map<string, number>();
    for (const text of found) {
      const [pid, caller, count] = text.split(' ');
      expect(Number(count)).to.equal((lastOfCaller.get(`${pid} ${caller}`) ?? -1) + 1);
      lastOfCaller.set(`${pid} ${caller}`, Number(count));
    }
  });

  it('When one still lives, Then the folder is refused with its process id, and given once it is gone', async () => {
    const folder = await folders.newFolder();
    const child = spawn(process.execPath, [APPENDER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.stdout.resume();

    const error = await expectRefusal(folders.open(folder), 'UNAVAILABLE');
    expect(error.message).to.equal(
      `the spool folder is in use by process ${child.pid}; stop it, or choose another folder`,
    );
    child.kill('SIGSTOP');
    await expectRefusal(folders.open(folder), 'UNAVAILABLE');
    child.kill('SIGKILL');
    await once(child, 'close');
    await folders.open(folder);
  });
});
