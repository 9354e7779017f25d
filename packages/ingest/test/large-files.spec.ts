import { expect } from 'chai';
import { spawnSync } from 'node:child_process';

import { MAX_CASES } from '@test-coordinator/ingest';
import { imported } from './import-world.js';

const MIB = 1_024 * 1_024;
/** The old space of V8 that reading a file of 50 MB must get by with. Its text alone would take more than half of it. */
const HEAP_MIB = 96;

/** Reads a JUnit file of 50 MB that is made on the way, in a process of its own with a small heap. */
const READS_50_MB = `
import { readReportSource, readReports } from '@test-coordinator/ingest';
const frame = '    at feed.Latency.check(Latency.java:88)\\n'.repeat(60);
let made = 0;
async function* file() {
  yield Buffer.from('<testsuites name="large"><testsuite name="s">');
  for (let index = 0; made < 50 * ${MIB}; index += 1) {
    const piece = Buffer.from('<testcase classname="feed.Latency" name="case number ' + index + '" time="0.01"><system-out>' + frame + '</system-out>' + (index % 10 === 0 ? '<failure message="late">' + frame + '</failure>' : '') + '</testcase>');
    made += piece.length;
    yield piece;
  }
  yield Buffer.from('</testsuite></testsuites>');
}
const [report] = await readReports(await readReportSource(file()), {}, new Date(0));
let results = 0;
for (const result of report.run.results) results += result.status === 'failed' ? 1 : 1;
process.stdout.write(JSON.stringify({ made, results, status: report.run.status }));
`;

describe('Large files', function () {
  this.timeout(120_000);

  it(`Given JUnit XML of 50 MB, When it is read with ${HEAP_MIB} MiB of heap, Then every case is there`, () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [`--max-old-space-size=${HEAP_MIB}`, '--input-type=module', '--eval', READS_50_MB],
      { cwd: new URL('..', import.meta.url), encoding: 'utf8' },
    );
    expect(status).to.equal(0, stderr);
    const told = JSON.parse(stdout) as { made: number; results: number; status: string };
    expect(told.made).to.be.at.least(50 * MIB);
    expect(told.results).to.be.above(15_000);
    expect(told.status).to.equal('failed');
  });

  it('Given JSON over its limit, When it is imported, Then it is refused before it is parsed', async () => {
    const { entry, scenarios } = await imported(
      Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(33 * MIB, 'x')]),
    );
    // Parsed, it would be refused as cut off.
    expect(entry.error!.code).to.equal('TOO_LARGE');
    expect(scenarios).to.deep.equal([]);
  });

  it('Given one text between two tags that never ends, When it is imported, Then it is refused at its limit', async () => {
    const { entry } = await imported(
      Buffer.concat([Buffer.from('<testsuites>'), Buffer.alloc(9 * MIB, 'x')]),
    );
    expect(entry.error!).to.include({ code: 'TOO_LARGE' });
  });

  it('Given more cases than the limit, When the file is imported, Then it is refused', async () => {
    const { entry } = await imported(`<testsuite>${'<testcase/>'.repeat(MAX_CASES + 1)}</testsuite>`);
    expect(entry.error!.message).to.include(String(MAX_CASES));
  });
});
