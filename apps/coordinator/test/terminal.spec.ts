import { Readable } from 'node:stream';

import { errorText, runCommandLine, UsageError } from '@test-coordinator/coordinator';
import { SettingsError } from '@test-coordinator/settings';
import { EmbeddedPostgresError } from '@test-coordinator/embedded-postgres';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { IN_MEMORY } from './coordinator-process.js';
import { example, examplePath, JOURNAL, JUNIT } from './examples.js';
import { TerminalDouble } from './terminal-double.js';

const ESCAPE = '\u001b';

async function imported(
  args: readonly string[],
  isTerminal: boolean,
  environment: Record<string, string> = {},
) {
  const stdout = new TerminalDouble(isTerminal);
  const stderr = new TerminalDouble(isTerminal, 60);
  const stdin = Readable.from([example(JUNIT)]);
  const code = await runCommandLine(['import', ...args], {
    environment: { ...IN_MEMORY, ...environment },
    stdin,
    stdout,
    stderr,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe('Terminal', () => {
  describe('Given an import at a terminal', () => {
    it('When it runs, Then the verdict is coloured and a bar shows the way and is taken away', async () => {
      const { code, stdout, stderr } = await imported([examplePath(JOURNAL), examplePath(JUNIT)], true);
      expect(code).to.equal(0);
      expect(stdout).to.include(`${ESCAPE}[`);
      expect(stderr).to.match(/\[[#.]{24}\] \d+ % /);
      const bars = stderr.split('\r').filter((line) => line.includes(' % '));
      for (const bar of bars) expect(bar.replace(`${ESCAPE}[2K`, '')).to.have.length.below(60);
      expect(stderr.endsWith(`\r${ESCAPE}[2K`)).to.equal(true);
    });

    it('When NO_COLOR is set, Then nothing is coloured', async () => {
      const { stdout } = await imported(['-'], true, { NO_COLOR: '1' });
      expect(stdout).to.include('feed').and.not.include(ESCAPE);
    });
  });

  it('Given an import elsewhere, When it runs, Then there is neither colour nor a bar', async () => {
    const { stdout, stderr } = await imported([examplePath(JOURNAL)], false);
    expect(stdout + stderr).to.not.include(ESCAPE);
    expect(stderr).to.not.include('%');
  });
});

describe('Error that ends a command', () => {
  for (const [what, error, code, text] of [
    ['a wrong use', new UsageError('Nothing to import.'), 2, 'Nothing to import.'],
    ['wrong settings', new SettingsError([{ variable: 'A', problem: 'is wrong' }]), 2, 'A is wrong'],
    ['a wrong option', new DataAdapterError('INVALID_ARGUMENT', 'zone Mars is not known'), 2, 'zone Mars'],
    ['a store that is away', new DataAdapterError('UNAVAILABLE', 'postgres is away'), 3, '(UNAVAILABLE)'],
    [
      'a run that is not there',
      new DataAdapterError('NOT_FOUND', 'no run has the id'),
      1,
      'no run has the id',
    ],
    [
      'a folder that cannot be used',
      new EmbeddedPostgresError('FOLDER_UNUSABLE', 'The data folder /x is full of files.'),
      3,
      'full of files. TEST_COORDINATOR_ADAPTER_DATA_DIR names the folder. (FOLDER_UNUSABLE)',
    ],
    [
      'a system without PostgreSQL',
      new EmbeddedPostgresError('PLATFORM_UNSUPPORTED', 'No binaries exist: give its URL.'),
      3,
      'its URL. TEST_COORDINATOR_ADAPTER_POSTGRES_URL names a server. (PLATFORM_UNSUPPORTED)',
    ],
    [
      'a server of somebody else',
      new EmbeddedPostgresError('FOREIGN_SERVER', 'Stop it.'),
      3,
      'Stop it. (FOR',
    ],
    ['a store that is slow', new DataAdapterError('TIMEOUT', 'no answer'), 3, '(TIMEOUT)'],
    ['a fault of the program', new Error('oops'), 70, 'Error: oops'],
  ] as const) {
    it(`Given ${what}, When it is told, Then the exit code is ${code}`, () => {
      const told = errorText(error);
      expect(told.code).to.equal(code);
      expect(told.text).to.include(text);
    });
  }

  it('Given an error with a secret, When it is told, Then the secret is not there', () => {
    const cause = new Error('connect postgres://app:hunter2@db/chaos');
    for (const error of [
      new Error('password=hunter2', { cause }),
      new DataAdapterError('UNAVAILABLE', cause.message),
    ]) {
      expect(errorText(error).text).to.include('***').and.not.include('hunter2');
    }
  });
});
