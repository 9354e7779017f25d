import { expect } from 'chai';

import { imported, IMPORTED_AT } from './import-world.js';

const suite = (cases: string, attributes = 'name="s" timestamp="2026-02-01T10:00:00Z"'): string =>
  `<testsuites name="Checks"><testsuite ${attributes}>${cases}</testsuite></testsuites>`;
const testCase = (children = '', attributes = 'classname="C" name="works"'): string =>
  `<testcase ${attributes}>${children}</testcase>`;

describe('JUnit XML', () => {
  describe('Given the name of the scenario', () => {
    const names = [
      ['<testsuites name="Root"><testsuite name="s"/></testsuites>', 'f.xml', 'Root'],
      ['<testsuite name="Only suite"/>', 'f.xml', 'Only suite'],
      ['<testsuites><testsuite name="s"/></testsuites>', 'build/TEST-feed.xml.gz', 'TEST-feed'],
      ['<testsuites><testsuite name="pytest"/></testsuites>', '-', 'pytest'],
      ['<testsuites/>', undefined, 'JUnit report'],
    ] as const;
    for (const [xml, fileName, expected] of names) {
      it(`When the file ${fileName ?? 'without a name'} is ${xml}, Then it is ${expected}`, async () => {
        const { entry } = await imported(xml, { fileName });
        expect(entry.scenario!.name).to.equal(expected);
      });
    }

    it('When the caller gives one, Then it goes before the file', async () => {
      const { entry } = await imported(suite(testCase()), { scenarioName: 'Latency at the open' });
      expect(entry.scenario).to.include({ name: 'Latency at the open', scenarioType: 'network_latency' });
    });
  });

  describe('Given the children of a case', () => {
    const cases = [
      ['', 'passed'],
      ['<failure message="m"/>', 'failed'],
      ['<error message="m"/>', 'error'],
      ['<skipped/>', 'skipped'],
      ['<skipped/><failure message="m"/>', 'failed'],
      ['<failure message="m"/><error message="e"/>', 'error'],
      ['<system-out>failure</system-out>', 'passed'],
    ] as const;
    for (const [children, expected] of cases) {
      it(`When they are ${children || 'none'}, Then the result is ${expected}`, async () => {
        const { results } = await imported(suite(testCase(children)));
        expect(results.map(({ status }) => status)).to.deep.equal([expected]);
      });
    }

    it('When the case was not run by its status, Then it is skipped', async () => {
      const { results, runs } = await imported(suite('<testcase name="a" status="notrun"/>'));
      expect(results[0]).to.deep.include({ status: 'skipped' });
      expect(runs[0]).to.include({ status: 'passed', unverified: true });
    });

    it('When a failure has message, type and CDATA, Then the details hold them once, and expected and actual are read', async () => {
      const children =
        '<failure type="AssertionError" message="expected: &lt;[1, 2]&gt; but was: &lt;[1]&gt;"><![CDATA[AssertionError: expected: <[1, 2]> but was: <[1]>\n\tat C.java:1]]></failure>';
      const { results } = await imported(suite(testCase(children)));
      expect(results[0]).to.include({ expectedValue: '[1, 2]', actualValue: '[1]' });
      expect(results[0]!.errorDetails).to.equal(
        'AssertionError: expected: <[1, 2]> but was: <[1]>\n\tat C.java:1',
      );
    });

    it('When a failure compares nothing, Then expected is pass and actual is the message', async () => {
      const { results } = await imported(
        suite(testCase('<failure message="too slow" type="E">at x\u0085</failure>')),
      );
      expect(results[0]).to.include({
        expectedValue: 'pass',
        actualValue: 'too slow',
        errorDetails: 'E: too slow\nat x',
      });
    });
  });

  describe('Given attempts', () => {
    it('When flakyFailures are listed, Then the case passed, is flaky, and counts each attempt', async () => {
      const flaky =
        '<flakyFailure message="one"><stackTrace>T1</stackTrace></flakyFailure><flakyError message="two"/>';
      const { results, entry } = await imported(
        `<testsuite name="s" tests="3" failures="2" errors="0" skipped="0">${testCase(flaky)}</testsuite>`,
      );
      expect(results[0]).to.include({ status: 'passed', flaky: true, attempt: 3 });
      expect(entry.results).to.include({ passed: 1, flaky: 1, total: 1 });
      expect(entry.warnings.join())
        .to.include('it says 3 tests, 2 failures')
        .and.include('its rows are 1 tests, 0 failures');
    });

    it('When rerunFailures are listed, Then the case failed after as many attempts and is not flaky', async () => {
      const rerun = '<failure message="first"/><rerunFailure message="a"/><rerunError message="b"/>';
      const { results } = await imported(suite(testCase(rerun)));
      expect(results[0]).to.include({ status: 'failed', flaky: false, attempt: 3, actualValue: 'first' });
    });

    it('When a case failed and then passed in one suite, Then it is one flaky pass', async () => {
      const { results, entry } = await imported(suite(testCase('<failure message="m"/>') + testCase()));
      expect(results.map(({ status, flaky, attempt }) => [status, flaky, attempt])).to.deep.equal([
        ['passed', true, 2],
      ]);
      expect(entry.warnings.join()).to.include('attempts of one flaky case');
    });

    it('When a pair repeats with other outcomes, Then each is a result of its own with its occurrence', async () => {
      const { results } = await imported(suite(testCase() + testCase() + testCase('<failure message="m"/>')));
      expect(results.map(({ status, metadata }) => [status, metadata!['occurrence']])).to.deep.equal([
        ['passed', undefined],
        ['passed', 1],
        ['failed', 2],
      ]);
    });

    it('When the same name is in two suites, Then neither is a retry of the other', async () => {
      const xml = `<testsuites><testsuite name="a">${testCase('<failure/>')}</testsuite><testsuite name="b">${testCase()}</testsuite></testsuites>`;
      const { results } = await imported(xml);
      expect(results.map(({ status }) => status)).to.deep.equal(['failed', 'passed']);
    });
  });

  describe('Given the run', () => {
    it('When suites nest, Then every case at any depth is a result with its path', async () => {
      const { results } = await imported(
        suite(`<testsuite name="t">${testCase()}<testsuite name="u">${testCase()}</testsuite></testsuite>`),
      );
      expect(results.map(({ metadata }) => metadata!['suite'])).to.deep.equal(['s > t', 's > t > u']);
    });

    it('When there is no case, Then the run is an error, and when all are skipped it is unverified', async () => {
      expect((await imported('<testsuites/>')).runs[0]).to.include({ status: 'error' });
      const { runs, entry } = await imported(suite(testCase('<skipped/>')));
      expect(runs[0]).to.include({ status: 'passed', unverified: true });
      expect(entry.passRate.rate).to.equal(null);
    });

    it('When there is an error and no failure, Then the run failed', async () => {
      expect((await imported(suite(testCase('<error/>')))).runs[0]!.status).to.equal('failed');
    });

    const times = [
      ['2026-02-01', '2026-02-01T00:00:00.000Z'],
      ['2026-02-01 10:20:30', '2026-02-01T10:20:30.000Z'],
      ['2026-02-01T 10:20:30', '2026-02-01T10:20:30.000Z'],
      ['2026-02-01T10:20:30.12', '2026-02-01T10:20:30.120Z'],
      ['2026-02-01T10:20:30.1234567Z', '2026-02-01T10:20:30.123Z'],
      ['2026-02-01T10:20:30+01:00', '2026-02-01T09:20:30.000Z'],
      ['2026-02-01T10:20:30-0530', '2026-02-01T15:50:30.000Z'],
    ] as const;
    for (const [stamp, expected] of times) {
      it(`When its suite began at ${stamp}, Then that is ${expected}`, async () => {
        const { runs } = await imported(suite(testCase(), `name="s" timestamp="${stamp}"`));
        expect(runs[0]!.startedAt!.toISOString()).to.equal(expected);
      });
    }

    const zones = [
      ['+02:00', '2026-07-01T10:00:00', '2026-07-01T08:00:00.000Z'],
      ['Europe/Zurich', '2026-07-01T10:00:00', '2026-07-01T08:00:00.000Z'],
      ['Europe/Zurich', '2026-01-01T10:00:00', '2026-01-01T09:00:00.000Z'],
      ['Europe/Zurich', '2026-03-29T03:30:00', '2026-03-29T01:30:00.000Z'],
      ['America/New_York', '2026-07-01T10:00:00Z', '2026-07-01T10:00:00.000Z'],
    ] as const;
    for (const [zone, stamp, expected] of zones) {
      it(`When the zone is ${zone}, Then ${stamp} is ${expected}`, async () => {
        const { runs } = await imported(suite(testCase(), `name="s" timestamp="${stamp}"`), { zone });
        expect(runs[0]!.startedAt!.toISOString()).to.equal(expected);
      });
    }

    it('When a timestamp is none, Then it is left out and told; the earliest of the others is the start', async () => {
      const xml =
        '<testsuites><testsuite name="a" timestamp="soon"/><testsuite name="b" timestamp="2026-02-02"/><testsuite name="c" timestamp="2026-02-01"/></testsuites>';
      const { runs, entry } = await imported(xml);
      expect(runs[0]!.startedAt!.toISOString()).to.equal('2026-02-01T00:00:00.000Z');
      expect(entry.warnings.join()).to.include('soon');
    });

    it('When no time is told, Then the start is unknown, or the time of the file where the caller gives it', async () => {
      const xml = `<testsuites>${testCase()}</testsuites>`;
      const { runs, results } = await imported(xml);
      expect(runs[0]!.startedAt).to.equal(undefined);
      expect(results[0]!.verificationTime.getTime()).to.equal(IMPORTED_AT.getTime());
      const fileTime = new Date('2026-01-05T00:00:00Z');
      expect((await imported(xml, { fileTime })).runs[0]!.startedAt!.getTime()).to.equal(fileTime.getTime());
    });

    const durations = [
      ['<testsuites time="1,234.5"><testsuite time="3"/></testsuites>', 1_234_500],
      ['<testsuites><testsuite time="1.5"/><testsuite time="2"/></testsuites>', 3_500],
      ['<testsuites><testsuite time="4"><testsuite time="3"/></testsuite></testsuites>', 4_000],
      ['<testsuites time="0,25"/>', 250],
      ['<testsuites time="fast"/>', undefined],
    ] as const;
    for (const [xml, expected] of durations) {
      it(`When the times are ${xml}, Then it took ${expected ?? 'an unknown time'}`, async () => {
        expect((await imported(xml)).runs[0]!.durationMs).to.equal(expected);
      });
    }

    it('When several top suites tell times, Then no end is made up of their sum', async () => {
      const xml =
        '<testsuites><testsuite time="5" timestamp="2026-02-01"/><testsuite time="6" timestamp="2026-02-01"/></testsuites>';
      expect((await imported(xml)).runs[0]!.completedAt).to.equal(undefined);
    });
  });

  describe('Given the kind of assertion', () => {
    it('When the property assertion_type names one, Then it is taken; else the name tells, else service_health with a warning', async () => {
      const property = '<properties><property name="assertion_type" value="audit_trail"/></properties>';
      const { results, entry } = await imported(
        suite(
          testCase(property, 'name="x"') +
            testCase('', 'name="orderThroughput"') +
            testCase('', 'name="p99_latency"') +
            testCase('', 'name="y"'),
        ),
      );
      expect(results.map(({ assertionType }) => assertionType)).to.deep.equal([
        'audit_trail',
        'throughput',
        'response_time',
        'service_health',
      ]);
      expect(entry.warnings.join()).to.include('service_health: y');
    });
  });

  describe('Given XML that is unsafe or broken', () => {
    const refused = [
      [
        'a DTD',
        '<!DOCTYPE t [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuites>&a;</testsuites>',
        'UNSAFE',
      ],
      ['an external DTD', '<!DOCTYPE t SYSTEM "http://x/t.dtd"><testsuites/>', 'UNSAFE'],
      [
        'entities that grow',
        '<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><testsuite name="&b;"/>',
        'UNSAFE',
      ],
      ['an entity without a DTD', '<testsuites>&lol;</testsuites>', 'UNSAFE'],
      ['elements nested too deep', '<testsuites>' + '<testsuite>'.repeat(100), 'TOO_LARGE'],
      [
        'an element with too many attributes',
        `<testsuites ${Array.from({ length: 300 }, (_, index) => `a${index}="1"`).join(' ')}/>`,
        'TOO_LARGE',
      ],
      ['a control character', '<testsuites name="\u0001"/>', 'MALFORMED'],
      ['a reference to one', '<testsuites name="&#1;"/>', 'MALFORMED'],
      ['another root', '<html/>', 'UNKNOWN_FORMAT'],
      ['a missing end', '<testsuites>\n<testsuite name="s">\n<testcase', 'MALFORMED'],
      ['crossed tags', '<testsuites><testsuite></testsuites></testsuite>', 'MALFORMED'],
    ] as const;
    for (const [what, xml, code] of refused) {
      it(`When it has ${what}, Then it is refused as ${code} and nothing is stored`, async () => {
        const { entry, scenarios } = await imported(xml);
        expect(entry.outcome).to.equal('refused');
        expect(entry.error!.code).to.equal(code);
        expect(scenarios).to.deep.equal([]);
      });
    }

    it('When it is cut off, Then the message says so and names the line', async () => {
      const { entry } = await imported('<testsuites>\n<testsuite name="s">\n');
      expect(entry.error!.message).to.match(/cut off: it ends at line 3/);
    });
  });
});
