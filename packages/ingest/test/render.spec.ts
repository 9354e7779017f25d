import { expect } from 'chai';

import { renderJson, renderMarkdown, renderText, type ImportReport } from '@test-coordinator/ingest';
import { openWorld } from './import-world.js';
import { experiment, held, journal, missed, probe, ran, state, states } from './journals.js';

async function reportOf(content: string | object): Promise<ImportReport> {
  return (await openWorld()).importText(content, { fileName: 'file.json' });
}

describe('Reports', () => {
  describe('Given a verdict', () => {
    const { 'steady-state-hypothesis': _none, ...bare } = experiment();
    const verdicts: readonly (readonly [
      what: string,
      content: string | object,
      head: string,
      also: RegExp,
    ])[] = [
      ['passed', journal(), 'PASSED  The engine survives', /100 % \(2 of 2 that were decided\)/],
      [
        'failed',
        journal({ deviated: true, ...states(null, state(false, missed('p', 8))) }),
        'FAILED',
        /deviated from its steady state: p was out of tolerance/,
      ],
      [
        'failed without a failed result',
        journal({ deviated: true }),
        'FAILED',
        /100 % \(2 of 2 that were decided\), yet the run failed/,
      ],
      [
        'broke',
        journal({ status: 'aborted' }),
        'ERROR',
        /the test broke, so it says nothing about the system/,
      ],
      [
        'was interrupted',
        journal({ status: 'interrupted' }),
        'CANCELLED',
        /Chaos Toolkit ended it as interrupted/,
      ],
      [
        'checked nothing',
        journal({ experiment: bare, steady_states: null }),
        'UNVERIFIED',
        /nothing was checked[\s\S]*none: the run is unverified/,
      ],
      ['was not run', experiment(), 'DEFINITION', /it was not run/],
      ['was refused', '{"a":', 'REFUSED  file.json', /cut off.*\(MALFORMED\)/],
    ];
    for (const [what, content, head, also] of verdicts) {
      it(`When it ${what}, Then the text begins with it and says what it means`, async () => {
        const text = renderText(await reportOf(content));
        expect(text.startsWith(head)).to.equal(true, text);
        expect(text).to.match(also);
      });
    }
  });

  describe('Given faults and results', () => {
    it('When a fault never recovered, Then the text says so, and no time is made up', async () => {
      const text = renderText(await reportOf(journal(states(null, state(false, missed('p', 8))))));
      expect(text).to.include(
        'service_kill on engine at 2026-02-01 10:00:01 UTC for 1.0 s → never recovered',
      );
    });

    it('When a check ended in an error, Then it is listed apart from the failed ones', async () => {
      const broken = ran(probe('q'), 8, 9, {
        status: 'failed',
        exception: ['Traceback\n', '  File x\n', 'Boom: no route\n'],
        output: null,
      });
      const text = renderText(
        await reportOf(journal({ deviated: true, ...states(null, state(false, missed('p', 8), broken)) })),
      );
      expect(text).to.match(
        / {2}failed\n {4}✗ p \[after\]\n {8}expected {2}true\n {8}actual {4}false\n {2}could not be checked\n {4}! q \[after\]/,
      );
      expect(text).to.include('because   Boom: no route');
      expect(text).to.include('0 % (0 of 1 that were decided); left out: 1 in error (could not be checked)');
    });

    it('When nearly all passed, Then the rate is not rounded up to 100 %', async () => {
      const cases = Array.from({ length: 2_999 }, (_, index) => `<testcase name="c${index}"/>`).join('');
      const text = renderText(
        await reportOf(`<testsuite name="s">${cases}<testcase name="x"><failure/></testcase></testsuite>`),
      );
      expect(text).to.include('99.9 % (2999 of 3000');
    });

    it('When there are several reports, Then the last line counts the outcomes', async () => {
      const one = (await reportOf(journal())).reports;
      const two = (await reportOf('{')).reports;
      expect(renderText({ reports: [...one, ...two] })).to.match(
        /\n2 reports: 1 recorded, 0 duplicate, 1 refused\n$/,
      );
    });
  });

  describe('Given names that would steer a terminal', () => {
    const name = '\u001b[2J\u001b]0;owned\u0007evil\nPASSED  fake\u202egnp.exe\u009b31m';
    const hostile = journal({
      experiment: experiment({ title: name, tags: [name] }),
      ...states(state(true, held(name, 0)), state(false, missed(name, 8))),
      deviated: true,
    });

    it('When they are rendered as text, Then every control character is a visible escape, and no line is forged', async () => {
      const text = renderText(await reportOf(hostile));
      expect(text).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(text).to.include(String.raw`\x1b[2J`);
      expect(text.split('\n').filter((line) => line.startsWith('PASSED'))).to.deep.equal([]);
    });

    it('When colour is asked for, Then the verdict alone has escapes', async () => {
      const text = renderText(await reportOf(hostile), { color: true });
      expect(text.startsWith('\u001b[1;31mFAILED\u001b[0m  ')).to.equal(true);
      expect(text.split('\u001b')).to.have.length(3);
    });
  });

  describe('Given names that would break Markdown', () => {
    const name = 'a|b `c` <img src=x onerror=alert(1)> [l](http://x) @team **d** \\| # ~e~ <!-- &lt;';

    it('When they are rendered, Then tables keep their columns and nothing is HTML, a link or a mention', async () => {
      const markdown = renderMarkdown(
        await reportOf(
          journal({
            experiment: experiment({ title: name }),
            deviated: true,
            ...states(null, state(false, missed(name, 8))),
          }),
        ),
      );
      expect(markdown).to.not.match(/<|(?<!&#64;)@|http:\/\//);
      const rows = markdown.split('\n').filter((line) => line.startsWith('| failed'));
      expect(rows).to.have.length(1);
      expect(rows[0]!.match(/(?<!\\)(?:\\\\)*\|/g)).to.have.length(6);
      expect(rows[0]).to.include(String.raw`a\|b \`c\` &lt;img`);
    });
  });

  describe('Given JSON', () => {
    it('When a report is rendered, Then it reads back as the report', async () => {
      const report = await reportOf(journal());
      expect(JSON.parse(renderJson(report))).to.deep.equal(JSON.parse(JSON.stringify(report)));
    });
  });
});
