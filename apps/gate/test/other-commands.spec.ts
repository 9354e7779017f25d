import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { RecordedWorld, SCENARIO } from './recorded-world.js';

/** The cells of the lines below the head of a printed table. */
function rowsOf(stdout: string): string[][] {
  return stdout
    .trimEnd()
    .split('\n')
    .slice(3)
    .map((line) => line.trim().split(/\s{2,}/));
}

describe('The other commands of the gate', () => {
  let world: RecordedWorld;
  beforeEach(async () => {
    world = await RecordedWorld.open();
  });

  it('Given two runs, When they are compared, Then each assertion that changed is told with its figures', async () => {
    await world.record(
      'failed',
      { kept: 'passed', broke: 'passed', mended: 'failed', bad: 'failed', lost: 'passed' },
      { externalId: 'A' },
    );
    await world.record('passed', { between: 'passed' });
    await world.record(
      'failed',
      { kept: 'passed', broke: 'failed', mended: 'passed', bad: 'failed', fresh: 'passed' },
      { externalId: 'B' },
    );
    const { code, stdout } = await world.run('compare', 'A', 'B');
    expect(code).to.equal(0);
    expect(stdout.split('\n')[0]).to.equal(
      '1 newly failed, 1 fixed, 1 still failing, 1 still passing, 1 added, 1 gone, 0 undecided, 0 flaky, 1 slower, 0 faster',
    );
    expect(rowsOf(stdout)).to.deep.equal([
      ['gone', 'orders › lost', 'passed → absent'],
      ['still passing, slower', 'orders › kept', 'passed → passed', '200 ms, × 3.0'],
      ['newly failed', 'orders › broke', 'passed → failed'],
      ['fixed', 'orders › mended', 'failed → passed'],
      ['still failing', 'orders › bad', 'failed → failed'],
      ['added', 'orders › fresh', 'absent → passed'],
    ]);
    const told = JSON.parse((await world.run('compare', 'A', 'B', '--format', 'json')).stdout) as {
      counts: object;
      items: unknown[];
    };
    expect(told.counts).to.include({ newly_failed: 1, still_passing: 1 });
    expect(told.items).to.have.length(6);
    expect((await world.run('compare', 'A')).code).to.equal(2);
    const unknown = await world.run('compare', 'A', 'Z');
    expect([unknown.code, unknown.stderr]).to.deep.equal([
      3,
      'Can\'t tell: no run has the id or the externalId "Z" (NOT_FOUND)\n',
    ]);
  });

  it('Given what has been failing, When first-bad is asked for, Then the first run of the streak, its age and n are told', async () => {
    await world.record('failed', { a: 'failed', b: 'passed' });
    await world.record('passed', { a: 'passed', b: 'passed' });
    const first = await world.record('failed', { a: 'failed', b: 'passed' });
    await world.record('failed', { a: 'failed', b: 'passed' });
    const { code, stdout } = await world.run('first-bad', '--scenario', SCENARIO);
    expect(code).to.equal(0);
    expect(stdout.split('\n')[0]).to.equal(`1 assertion failing, in the last 4 runs of ${SCENARIO}.`);
    expect(rowsOf(stdout)).to.deep.equal([
      ['orders › a', first.runId, '2026-01-12T10:00:00.000Z', '4 d', '2', 'in the last run'],
    ]);
    const cut = await world.run('first-bad', '--scenario', SCENARIO, '--runs', '1', '--format', 'markdown');
    expect(cut.stdout).to.include('| 1 or more | in the last run |');
    expect((await world.run('first-bad', '--scenario', 'nobody')).code).to.equal(3);
  });

  it('Given assertions that flip, When flips are asked for, Then how often and over how many decided runs is told', async () => {
    await world.record('failed', { a: 'failed', b: 'passed', c: 'passed' });
    await world.record('passed', { a: 'passed', b: 'passed', c: 'passed' });
    await world.record('failed', { a: 'failed', b: 'failed', c: 'passed' });
    for (const args of [['flips', '--scenario', SCENARIO], ['flips']]) {
      const { code, stdout } = await world.run(...args);
      expect([code, stdout.split('\n')[0]]).to.deep.equal([0, '2 assertions flipped, in 1 scenario.']);
      expect(rowsOf(stdout)).to.deep.equal([
        ['2', '3', '2', SCENARIO, 'orders › a'],
        ['1', '3', '1', SCENARIO, 'orders › b'],
      ]);
    }
  });

  it('Given a run, When it is exported to a file and to stdout, Then both hold the same', async () => {
    await world.record('passed', { a: 'passed' }, { externalId: 'A' });
    const folder = mkdtempSync(join(tmpdir(), 'gate-'));
    const file = join(folder, 'report.xml');
    const toFile = await world.run('export', '--run', 'A', '--format', 'junit', '--output', file);
    const { code, stdout } = await world.run('export', '--run', 'A', '--format', 'junit');
    expect([toFile.code, toFile.stdout, code]).to.deep.equal([0, '', 0]);
    expect(stdout).to.equal(readFileSync(file, 'utf8')).and.include('<testcase name="a" classname="orders"');
    rmSync(folder, { recursive: true });
    expect((await world.run('export', '--run', 'A')).stderr).to.include('--format is missing.');
    expect((await world.run('export', '--run', 'B', '--format', 'csv')).code).to.equal(3);
  });

  it('Given --help, When it is printed, Then its exit codes are those of the README', async () => {
    const { code, stdout } = await world.run('--help');
    expect(code).to.equal(0);
    const told = [...stdout.split('Exit codes:')[1]!.matchAll(/^ {2}(\d+) +(.+)$/gm)];
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| (\d) +\| (.+?) *\|$/gm)];
    expect(rows.map(([, exit, meaning]) => [exit, meaning])).to.deep.equal(
      told.map(([, exit, meaning]) => [exit, meaning]),
    );
    for (const option of ['--min-pass-rate', '--max-age', '--baseline']) expect(readme).to.include(option);
  });
});
