import { importReport } from '@test-coordinator/ingest';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { bySettings, NOW, runGate } from './gate-run.js';
import { RecordedWorld, SCENARIO } from './recorded-world.js';

const CHECK = ['check', '--scenario', SCENARIO];

describe('gate check', () => {
  let world: RecordedWorld;
  beforeEach(async () => {
    world = await RecordedWorld.open();
  });

  it('Given a run that passed, When every rule is asked for, Then it exits with 0 and tells each', async () => {
    await world.record('passed', { a: 'passed', b: 'passed' });
    const { runId } = await world.record('passed', { a: 'passed', b: 'passed' });
    await world.ports.chaosEvents.create({
      runId,
      eventType: 'service_kill',
      targetService: 'engine',
      injectedAt: NOW,
      status: 'recovered',
      recoveredAt: NOW,
      recoveryTimeMs: 1_200,
    });
    const { code, stdout, stderr } = await world.run(
      ...CHECK,
      '--min-pass-rate=0.99',
      '--max-recovery-p95=5s',
      '--no-new-failures',
      '--max-flaky=0',
      '--max-age=6d',
    );
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout.split('\n').map((line) => line.trim().split(/\s{2,}/))).to.deep.equal([
      [
        `PASSED: scenario ${SCENARIO} (Matching engine | restart), run ${runId}: 2 passed, 0 failed, 0 in error, 0 skipped`,
      ],
      ['PASSED', 'found', `run ${runId} is recorded`],
      ['PASSED', 'finished', 'the run ended as passed'],
      ['PASSED', 'complete', 'all of the store answered'],
      ['PASSED', 'verified', '2 results decided'],
      ['PASSED', 'run-passed', 'the run passed'],
      ['PASSED', 'min-pass-rate', '100 % passed (2 of 2 decided results), at least 99 %'],
      ['PASSED', 'max-recovery-p95', 'the p95 of 1 recovery time is 1200 ms, at most 5000 ms'],
      ['PASSED', 'no-new-failures', 'nothing failed'],
      ['PASSED', 'max-flaky', '0 flaky results, at most 0'],
      ['PASSED', 'max-age', 'the run ended at 2026-01-11T10:00:00.000Z, 5 d ago, at most 6 d'],
      [''],
    ]);
  });

  it('Given something new fails, When it is checked, Then it exits with 1 and names it, in every format', async () => {
    await world.record('passed', { a: 'passed', 'b | <c>': 'passed' });
    await world.record('failed', { a: 'passed', 'b | <c>': 'failed' });
    const check = async (format: string) => {
      const { code, stdout } = await world.run(...CHECK, '--no-new-failures', '--format', format);
      expect(code).to.equal(1);
      return stdout;
    };
    expect(await check('text')).to.include('orders › b | <c>  passed → failed');
    expect(await check('markdown'))
      .to.include('### ❌ Resilience gate: FAILED')
      .and.include('| ❌ | no-new-failures | 1 new failure |')
      .and.include('orders › b \\| &lt;c&gt; | passed → failed |');
    const told = JSON.parse(await check('json')) as Record<string, unknown>;
    expect(told)
      .to.include({ outcome: 'failed', scenarioId: SCENARIO })
      .and.have.property('newFailures')
      .lengthOf(1);
    const junit = await check('junit');
    expect(junit)
      .to.include('tests="6" failures="1" errors="0"')
      .and.include('<failure message="1 new failure"');
    const ctrf = await check('ctrf');
    for (const report of [junit, ctrf]) {
      const { reports } = await importReport(world.ports.unitOfWork, Buffer.from(report), {
        clock: { now: () => NOW },
      });
      expect(reports[0]!.results).to.include({ passed: 5, failed: 1, error: 0 });
      expect(reports[0]!.warnings.join()).to.not.include('do not fit');
    }
  });

  it('Given data that does not tell, When it is checked, Then it exits with 3, never with 0', async () => {
    const unknown = async (...args: string[]) => {
      const { code, stdout } = await world.run(...CHECK, ...args);
      return [code, /CAN'T TELL +([a-z0-9-]+)/.exec(stdout)?.[1]];
    };
    expect(await unknown()).to.deep.equal([3, 'found']);
    await world.record('passed', { a: 'passed' }, { externalId: 'stale' });
    expect(await unknown('--max-age', '24h')).to.deep.equal([3, 'max-age']);
    await world.record('passed', { a: 'skipped' }, { externalId: 'nothing decided' });
    expect(await unknown()).to.deep.equal([3, 'verified']);
    await world.record('error', { a: 'passed' });
    expect(await unknown()).to.deep.equal([3, 'finished']);
    await world.record('running', { a: 'passed' });
    expect(await unknown()).to.deep.equal([3, 'finished']);
    expect(await unknown('--run', 'nobody')).to.deep.equal([3, 'found']);
    expect(await unknown('--run', 'stale', '--max-recovery-p95', '5s')).to.deep.equal([
      3,
      'max-recovery-p95',
    ]);
    expect(await unknown('--run', 'stale')).to.deep.equal([0, undefined]);
  });

  it('Given the store does not answer, When it is checked, Then it exits with 3, and the report says so too', async () => {
    const away = () =>
      Promise.reject(new DataAdapterError('UNAVAILABLE', 'postgresql://app:hunter2@db is away'));
    const { code, stdout } = await runGate([...CHECK, '--format', 'junit'], away);
    expect(code).to.equal(3);
    expect(stdout)
      .to.include('tests="1" failures="0" errors="1"')
      .and.include('is away (UNAVAILABLE)')
      .and.not.include('hunter2');
  });

  for (const [args, message] of [
    [['check'], '--scenario is missing.'],
    [[...CHECK, '--min-pass-rate', '99'], '--min-pass-rate must be from 0 to 1, such as 0.99.'],
    [[...CHECK, '--max-recovery-p95', '5'], '--max-recovery-p95 must be a duration such as'],
    [[...CHECK, '--max-flaky', '-1'], "Option '--max-flaky' argument is ambiguous."],
    [[...CHECK, '--max-flaky', 'x'], '--max-flaky must be a whole number from 0 to 1000000.'],
    [[...CHECK, '--format', 'html'], '--format must be one of text, markdown, json, junit, ctrf.'],
    [[...CHECK, '--nothing'], "Unknown option '--nothing'"],
    [[...CHECK, 'more'], 'There is no argument "more".'],
    [[...CHECK.slice(0, 2), 'no scenario'], 'scenarioId must be 1–128 letters'],
    [['nothing'], 'There is no command "nothing".'],
    [[], 'No command is given.'],
  ] as const) {
    it(`Given the arguments ${JSON.stringify(args)}, When they are read, Then it exits with 2 and says what is wrong`, async () => {
      const { code, stdout, stderr } = await world.run(...args);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.include(message).and.include('--help');
    });
  }

  it('Given wrong settings, When it is checked, Then it exits with 2 and names each variable, without its secret', async () => {
    const { code, stdout, stderr } = await runGate(CHECK, bySettings, {
      TEST_COORDINATOR_ADAPTER_POSTGRES_ULR: 'x',
      TEST_COORDINATOR_ADAPTER_POSTGRES_URL: 'postgresql://app:hunter2@db/chaos',
      TEST_COORDINATOR_STORE: 'memory',
    });
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr.trim().split('\n')).to.deep.equal([
      'TEST_COORDINATOR_ADAPTER_POSTGRES_ULR is not a known setting; did you mean TEST_COORDINATOR_ADAPTER_POSTGRES_URL?',
      'TEST_COORDINATOR_STORE (memory) and TEST_COORDINATOR_ADAPTER_POSTGRES_URL name several stores: unset all but one',
    ]);
  });

  it('Given the store in memory, which holds nothing, When it is checked, Then it exits with 3', async () => {
    const { code, stdout } = await runGate(CHECK, bySettings, { TEST_COORDINATOR_STORE: 'memory' });
    expect(code).to.equal(3);
    expect(stdout).to.include(`no scenario ${SCENARIO} is recorded`);
  });
});
