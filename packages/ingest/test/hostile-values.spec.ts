import { expect } from 'chai';

import { unescapedText } from '@test-coordinator/ingest';
import { imported, openWorld } from './import-world.js';
import { experiment, held, journal, probe, ran, state, states } from './journals.js';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('Hostile values', () => {
  describe('Given JSON', () => {
    const refused = [
      [
        'a number that is too large',
        '{"title":"t","method":[],"n":{"x":[1,1e131000]}}',
        'UNSAFE',
        /^n\.x\[1\]: a number/,
      ],
      [
        'a key that reaches the prototype',
        '{"title":"t","method":[],"a":{"__proto__":{"b":1}}}',
        'UNSAFE',
        /^a: the key __proto__/,
      ],
      [
        'an escaped key that does',
        '{"title":"t","method":[],"\\u005f_proto__":1}',
        'UNSAFE',
        /^the document: the key __proto__/,
      ],
      ['a key with a NUL', '{"title":"t","method":[],"a\\u0000":1}', 'UNSAFE', /a key holds a NUL/],
      [
        'nesting beyond the limit',
        `{"title":"t","method":[],"a":${nested(100)}}`,
        'TOO_LARGE',
        /deeper than 100/,
      ],
      ['nesting that would end the stack', `{"a":${'['.repeat(1_000_000)}`, 'TOO_LARGE', /deeper than 100/],
      ['a cut', '{"title":"t",\n"method":[{"type":', 'MALFORMED', /cut off: it ends at line 2, column 19/],
      ['a cut in a text', '{"title":"t', 'MALFORMED', /cut off/],
      ['a wrong sign', '{"title":"t",\n  "method":nope}', 'MALFORMED', /^line 2, column 12:/],
      ['more after the end', '{"title":"t","method":[]} {}', 'MALFORMED', /more text follows/],
      ['a raw control character', '{"title":"a\u0001b"}', 'MALFORMED', /raw control character/],
      [
        'a title with a NUL',
        '{"title":"a\\u0000b","method":[]}',
        'INVALID_REPORT',
        /experiment\.title holds a NUL/,
      ],
      ['a title with half a pair', '{"title":"a\\ud800b","method":[]}', 'INVALID_REPORT', /lone surrogate/],
      ['a list', '[1]', 'UNKNOWN_FORMAT', /known are Chaos Toolkit/],
      ['nothing', '   \n', 'UNKNOWN_FORMAT', /empty/],
    ] as const;
    for (const [what, json, code, message] of refused) {
      it(`When it has ${what}, Then it is refused with the place and nothing is stored`, async () => {
        const { entry, scenarios, runs } = await imported(json);
        expect(entry).to.deep.include({ outcome: 'refused', scenario: null, run: null, events: [] });
        expect(entry.error!.code).to.equal(code);
        expect(entry.error!.message).to.match(message);
        expect([scenarios, runs]).to.deep.equal([[], []]);
      });
    }

    it('When an integer is beyond 2^53, Then its digits are kept as text, with a warning', async () => {
      const text = JSON.stringify(journal()).replace('"output":true', '"output":1770000000123456789');
      const { results, entry } = await imported(text);
      expect(results[0]!.actualValue).to.equal('"1770000000123456789"');
      expect(entry.warnings.join()).to.include(
        'beyond 2^53 are kept as text: steady_states.before.probes[0].output',
      );
    });

    it('When it is 100 levels deep and no more, Then it is read, and kept as text where a document could not be stored', async () => {
      const { entry, scenarios } = await imported(`{"title":"t","method":[],"a":${nested(99)}}`);
      expect(entry.outcome).to.equal('recorded');
      expect(scenarios[0]!.configuration).to.include({ truncated: true });
    });

    it('When a document is larger than the snapshot may be, Then its beginning is kept as text with a flag', async () => {
      const { runs } = await imported(journal({ note: 'x'.repeat(2_000_000) }));
      const source = runs[0]!.configurationSnapshot['source'] as Record<string, unknown>;
      expect(source['truncated']).to.equal(true);
      expect(source['text']).to.be.a('string').with.length.below(70_000);
    });

    it('When a document fits, Then it is kept whole, with its hash and without the folder of the file', async () => {
      const { runs } = await imported(journal(), { fileName: '/home/somebody/journal.json' });
      const source = runs[0]!.configurationSnapshot['source'] as Record<string, unknown>;
      expect(source).to.deep.include({ truncated: false, fileName: 'journal.json', document: journal() });
      expect(source['sha256']).to.match(/^[0-9a-f]{64}$/);
    });
  });

  describe('Given free text that no store holds', () => {
    const output = 'a\\b\0c\ud800d😀';

    it('When it is the output of a probe, Then it is escaped so that it can be read back, with a flag and a warning', async () => {
      const { results, runs, entry } = await imported(
        journal(
          states(
            state(
              true,
              ran(probe('p'), 0, 1, { tolerance_met: true, output: null, exception: null, note: output }),
            ),
            null,
          ),
        ),
      );
      const source = runs[0]!.configurationSnapshot['source'] as {
        document: { steady_states: { before: { probes: { note: string }[] } } };
        escaped: string[];
      };
      expect(source.escaped).to.deep.equal(['steady_states.before.probes[0].note']);
      expect(unescapedText(source.document.steady_states.before.probes[0]!.note)).to.equal(output);
      expect(results).to.have.length(1);
      expect(entry.outcome).to.equal('recorded');
    });

    it('When it is an exception, Then the result says which of its fields are escaped', async () => {
      const { results, entry } = await imported(
        journal(states(state(true, ran(probe('p'), 0, 1, { status: 'failed', exception: [output] })), null)),
      );
      expect(results[0]!.metadata!['escaped']).to.deep.equal(['errorDetails']);
      expect(unescapedText(results[0]!.errorDetails!)).to.equal(output);
      expect(entry.warnings.join()).to.include('kept with escapes: p');
    });

    it('When it is the name of a result, Then the journal is refused', async () => {
      const { entry } = await imported(journal(states(state(true, held('p\0', 0)), null)));
      expect(entry.error!.message).to.match(/the name of a result holds a NUL/);
    });

    it('When it is in a name that only a warning tells, Then the warning can be stored', async () => {
      const odd = { type: 'action', name: 'x\ud800', provider: { type: 'python', module: 'm', func: 'f' } };
      const { entry } = await imported(experiment({ method: [odd] }));
      expect(entry.outcome).to.equal('recorded');
    });
  });

  describe('Given YAML', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'
        .split('')
        .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]!}`).join(',')}]`),
    ].join('\n');
    const refused = [
      ['aliases that multiply', bomb, 'UNSAFE'],
      ['an alias to nothing', 'title: *nothing\nmethod: []', 'UNSAFE'],
      ['a key that reaches the prototype', 'title: t\nmethod: []\n__proto__: {a: 1}', 'UNSAFE'],
      ['infinity', 'title: t\nmethod: []\nn: .inf', 'UNSAFE'],
      ['a number that is too large', 'title: t\nmethod: []\nn: 1e131000', 'UNSAFE'],
      ['nesting beyond the limit', `title: t\nmethod: ${nested(120)}`, 'TOO_LARGE'],
      ['nesting that would end the stack', `a: ${nested(20_000)}`, 'TOO_LARGE'],
      ['bad indentation', 'title: t\n  method: []\n bad', 'MALFORMED'],
      ['no format that is known', 'just: a text', 'UNKNOWN_FORMAT'],
      ['prose', 'Dear reader, nothing here.', 'UNKNOWN_FORMAT'],
      ['more than its limit', `title: t\n# ${'x'.repeat(512 * 1_024)}`, 'TOO_LARGE'],
    ] as const;
    for (const [what, yaml, code] of refused) {
      it(`When it has ${what}, Then it is refused as ${code}`, async () => {
        const { entry, scenarios } = await imported(yaml);
        expect(entry.error?.code).to.equal(code);
        expect(scenarios).to.deep.equal([]);
      });
    }

    it('When it has a few aliases and a large integer, Then it is read', async () => {
      const world = await openWorld();
      const entry = await world.importOne(
        'title: &t hello\nmethod: []\nagain: *t\nbig: 12345678901234567890\n',
      );
      expect(entry.outcome).to.equal('recorded');
      const [scenario] = (await world.stored()).scenarios;
      expect(scenario!.configuration).to.include({ again: 'hello', big: '12345678901234567890' });
    });
  });
});
