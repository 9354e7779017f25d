import { readFileSync } from 'node:fs';

import { runCommandLine, SETTINGS, STATUS_OF_CODE } from '@test-coordinator/coordinator';
import { expect } from 'chai';

import { TerminalDouble } from './terminal-double.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const settings = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');

/** The rows of the table under a heading of the README, cell by cell. */
function tableUnder(heading: string): string[][] {
  return tableIn(readme.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!);
}

function tableIn(section: string): string[][] {
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('Documents of the coordinator', () => {
  it('Given the settings, When their table is compared with them, Then every row is as in the code', () => {
    const expected = Object.values(SETTINGS).map(({ variable, fallback, meaning }) => [
      `\`${variable}\``,
      fallback === undefined ? '–' : `\`${String(fallback)}\``,
      meaning,
    ]);
    expect(tableIn(settings)).to.deep.equal(expected);
  });

  it('Given the settings, When .env.example is compared with them, Then each is there with its meaning and default', () => {
    const lines = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8').split('\n');
    const told = lines.flatMap((line, index) => {
      const [, variable, fallback] = /^#(TEST_COORDINATOR_\w+)=(.*)$/.exec(line) ?? [];
      return variable === undefined ? [] : [[variable, fallback, lines[index - 1]]];
    });
    expect(told).to.deep.equal(
      Object.values(SETTINGS).map(({ variable, fallback, meaning }) => [
        variable,
        fallback === undefined ? '' : String(fallback),
        `# ${meaning.replaceAll('`', '')}`,
      ]),
    );
  });

  it('Given the exit codes, When the table is compared with --help, Then they are the same', async () => {
    const stdout = new TerminalDouble();
    await runCommandLine(['--help'], { environment: {}, stdin: process.stdin, stdout, stderr: stdout });
    const told = [...stdout.text.split('Exit codes:')[1]!.matchAll(/^ {2}(\d+) +(.+)$/gm)];
    expect(tableUnder('Exit codes')).to.deep.equal(told.map(([, code, meaning]) => [code, meaning]));
  });

  it('Given the codes of the ports, When the table is compared with the map, Then each stands at its status', () => {
    const told = tableUnder('Problems').flatMap(([status, codes]) =>
      codes!.split(', ').map((code) => [code.replaceAll('`', ''), Number(status)]),
    );
    expect(Object.fromEntries(told)).to.deep.equal(STATUS_OF_CODE);
  });
});
