import { expect } from 'chai';
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { importReport, renderText } from '@test-coordinator/ingest';
import { IMPORTED_AT, openWorld } from './import-world.js';

const EXAMPLES = new URL('../../../examples/', import.meta.url);
const GOLDEN = new URL('../test/golden/', import.meta.url);
/** `UPDATE_GOLDEN=1 npm test` writes the files anew; look at the difference before it is committed. */
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

const examples = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(new URL(`${name}/`, EXAMPLES)).map((file) => `${name}/${file}`))
  .toSorted();

async function textOf(example: string): Promise<string> {
  const { ports } = await openWorld();
  const report = await importReport(ports.unitOfWork, createReadStream(new URL(example, EXAMPLES)), {
    fileName: example,
    clock: { now: () => IMPORTED_AT },
  });
  return renderText(report).replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/g, '<run id>');
}

describe('Reports of the examples', () => {
  it('When the folder is read, Then every example has a golden report and no golden report is left over', () => {
    const golden = readdirSync(GOLDEN).toSorted();
    if (!isUpdate) expect(golden).to.deep.equal(examples.map(goldenName).toSorted());
    expect(examples).to.have.length.above(5);
  });

  for (const example of examples) {
    it(`Given ${example}, When it is imported, Then the text of its report is the golden one`, async () => {
      const text = await textOf(example);
      const golden = new URL(goldenName(example), GOLDEN);
      if (isUpdate) writeFileSync(golden, text);
      expect(text).to.equal(readFileSync(golden, 'utf8'));
    });
  }
});

function goldenName(example: string): string {
  return `${example.replaceAll('/', '--')}.txt`;
}
