import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { expect } from 'chai';

import { CoordinatorProcess } from './coordinator-process.js';
import { CTRF, example, EXPERIMENT, examplePath, JOURNAL, JUNIT } from './examples.js';
import { runInProcess } from './in-process.js';

interface Report {
  readonly reports: readonly {
    readonly file: string;
    readonly format: string;
    readonly outcome: string;
    readonly run: { readonly startedAt: string } | null;
    readonly testEnvironment: string | null;
  }[];
}

const reportsIn = (stdout: string) => (JSON.parse(stdout) as Report).reports;

describe('Command import', function () {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'import-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const written = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  describe('Given files of formats that are known', () => {
    it('When they are imported, Then each is reported on stdout, and stderr says that memory does not last', async () => {
      const files = [JOURNAL, EXPERIMENT, JUNIT, CTRF].map(examplePath);
      const { code, stdout, stderr } = await CoordinatorProcess.run(['import', ...files]);
      expect(code, stderr).to.equal(0);
      expect(stdout).to.include('Orders survive a restart of the trading engine');
      expect(stdout).to.include('4 reports: 4 recorded, 0 duplicate, 0 refused');
      expect(stderr.split('\n')).to.have.length(2);
      expect(stderr).to.include('memory').and.include('nothing survives');
    });

    it('When JSON is asked for, Then stdout is that JSON alone, one report a file, in order', async () => {
      const files = [examplePath(JUNIT), examplePath(EXPERIMENT), examplePath(JUNIT)];
      const { code, stdout } = await runInProcess(['import', '--format', 'json', ...files]);
      expect(code).to.equal(0);
      expect(
        reportsIn(stdout).map(({ format, outcome, run }) => [format, outcome, run === null]),
      ).to.deep.equal([
        ['junit', 'recorded', false],
        ['chaostoolkit-experiment', 'recorded', true],
        ['junit', 'duplicate', false],
      ]);
    });

    it('When Markdown is asked for, Then stdout is Markdown', async () => {
      const { code, stdout } = await runInProcess(['import', examplePath(CTRF), '--format=markdown']);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^### /).and.not.include('\u001b');
    });

    it('When one comes gzipped on stdin, Then it is read', async () => {
      const stdin = gzipSync(example(JOURNAL));
      const { code, stdout } = await CoordinatorProcess.run(['import', '-', '--format=json'], { stdin });
      expect(code).to.equal(0);
      expect(reportsIn(stdout)[0]).to.include({
        file: '-',
        format: 'chaostoolkit-journal',
        outcome: 'recorded',
      });
    });

    it('When zone and environment are told, Then they are used', async () => {
      const xml = '<testsuite name="s" timestamp="2026-01-31T10:00:00"><testcase name="a"/></testsuite>';
      const options = ['--format=json', '--zone=+01:00', '--environment', 'blue'];
      const { stdout } = await runInProcess(['import', written('a.xml', xml), ...options]);
      const [report] = reportsIn(stdout);
      expect(report).to.include({ testEnvironment: 'blue', file: 'a.xml' });
      expect(report?.run?.startedAt).to.equal('2026-01-31T09:00:00.000Z');
    });

    it('When the reader of stdout has seen enough, Then the import ends as if nothing had happened', async () => {
      const importing = new CoordinatorProcess(['import', ...Array<string>(40).fill(examplePath(JOURNAL))]);
      importing.stopReading();
      const { code, stderr } = await importing.ended();
      expect([code, stderr.split('\n').length]).to.deep.equal([0, 2]);
    });
  });

  describe('Given files of which some are bad', () => {
    it('When they are imported, Then the good ones are recorded, the bad ones are told, and the code is 1', async () => {
      const bad = written('bad.json', '{"steady');
      const files = [bad, examplePath(JUNIT), join(folder, 'missing.xml'), folder];
      const { code, stdout, stderr } = await runInProcess(['import', '--format=json', ...files]);
      expect(code).to.equal(1);
      expect(reportsIn(stdout).map(({ outcome }) => outcome)).to.deep.equal(['refused', 'recorded']);
      expect(stderr).to.include('missing.xml: there is no such file').and.include(`${folder}: is a folder`);
    });

    for (const [what, content] of Object.entries({
      'an empty file': '',
      'binary junk': Buffer.from(Array.from({ length: 9_999 }, (_, index) => (index * 7_919) % 256)),
      'XML with a DTD': '<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuite/>',
      'gzip that is cut off': gzipSync('x'.repeat(9_999)).subarray(0, 20),
    })) {
      it(`When it is ${what}, Then it is refused with a reason and code 1, without a stack`, async () => {
        const { code, stdout, stderr } = await runInProcess(['import', written('file', content)]);
        expect(code).to.equal(1);
        expect(stdout).to.match(/^REFUSED/);
        expect(stdout + stderr).to.not.match(/\n\s+at |node:internal/);
      });
    }

    it('When a file is larger than the limit, Then it is refused', async () => {
      const file = written('large.xml', `<testsuite name="${'a'.repeat(5_000)}"/>`);
      const settings = { TEST_COORDINATOR_HTTP_IMPORT_LIMIT: '2048' };
      const { code, stdout } = await runInProcess(['import', file], settings);
      expect(code).to.equal(1);
      expect(stdout).to.include('TOO_LARGE');
    });
  });

  describe('Given a wrong use', () => {
    for (const [args, message] of [
      [['import'], 'import needs the files'],
      [['import', '--format', 'pdf', 'a'], '--format must be one of text, markdown, json'],
      [['import', '--colour', 'a'], "Unknown option '--colour'"],
      [['import', '--zone', 'Mars', examplePath(JUNIT)], 'zone'],
    ] as const) {
      it(`When it is ${args.slice(0, 3).join(' ')}, Then the code is 2 and stdout is empty`, async () => {
        const { code, stdout, stderr } = await runInProcess(args);
        expect([code, stdout]).to.deep.equal([2, '']);
        expect(stderr).to.include(message);
      });
    }
  });
});
