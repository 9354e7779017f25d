import { expect } from 'chai';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { openWorld } from './import-world.js';
import { journal } from './journals.js';

const example = (path: string): Buffer => readFileSync(new URL(`../../../examples/${path}`, import.meta.url));

const SEEDS: readonly Buffer[] = [
  example('exchange-partition/journal.json'),
  example('exchange-partition/schedule.yaml'),
  example('market-data-latency/feed-handlers.junit.xml'),
  example('market-data-latency/feed-dashboard.ctrf.json'),
  gzipSync(JSON.stringify(journal())),
];
/** Pieces that mean something to one of the parsers. */
const PIECES = [
  '\0',
  '"',
  '{',
  '[[[[',
  '<',
  '<![CDATA[',
  '&',
  '<!DOCTYPE a>',
  ']]>',
  '\\u0000',
  '\\ud800',
  '1e999',
  '-',
  'null',
  '&a *a',
  ': ',
  '\n---\n',
  '__proto__',
  '\u202e',
  'é',
];

/** Truncates, flips bits, inserts pieces, repeats and wraps. */
const mutated = fc
  .record({
    seed: fc.constantFrom(...SEEDS),
    changes: fc.array(
      fc.record({
        how: fc.constantFrom('cut', 'flip', 'insert', 'repeat', 'wrap'),
        where: fc.double({ min: 0, max: 1, noNaN: true }),
        bit: fc.integer({ min: 0, max: 7 }),
        piece: fc.constantFrom(...PIECES),
        times: fc.integer({ min: 1, max: 150 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ seed, changes }) => {
    let bytes = Buffer.from(seed);
    for (const { how, where, bit, piece, times } of changes) {
      const at = Math.floor(where * bytes.length);
      if (how === 'cut') bytes = bytes.subarray(0, at);
      else if (how === 'flip' && at < bytes.length) bytes[at]! ^= 1 << bit;
      else if (how === 'insert')
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(piece), bytes.subarray(at)]);
      else if (how === 'repeat')
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          ...Array<Buffer>(times).fill(bytes.subarray(at, at + 40)),
          bytes.subarray(at),
        ]);
      else if (how === 'wrap')
        bytes = Buffer.concat([Buffer.from('{"a":'.repeat(times)), bytes, Buffer.from('}'.repeat(times))]);
    }
    return bytes;
  });

describe('Mutated files', function () {
  it('Given any mutation of a sound file, When it is imported twice, Then it is recorded once or refused, and a refusal stores nothing', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(mutated, async (bytes) => {
        const world = await openWorld();
        const first = await world.importText(bytes);
        const stored = await world.stored();
        const second = await world.importText(bytes);
        expect(await world.stored()).to.deep.equal(stored);
        for (const [index, entry] of first.reports.entries()) {
          outcomes.add(entry.outcome);
          expect(second.reports[index]!.outcome).to.equal(
            entry.outcome === 'refused' ? 'refused' : 'duplicate',
          );
          if (entry.outcome === 'refused') {
            expect(entry.error!.message).to.not.equal('');
            expect(stored).to.deep.equal({ scenarios: [], runs: [], events: [], results: [] });
          }
        }
      }),
      { numRuns: 100 },
    );
    expect([...outcomes].toSorted()).to.include.members(['recorded', 'refused']);
  });
});
