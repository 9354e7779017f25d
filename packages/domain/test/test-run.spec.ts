import {
  IllegalTransitionError,
  InvalidValueError,
  changeTestRun,
  completeTestRun,
  moveTestRun,
  newTestRun,
  recordTestRunCompletion,
  type TestRun,
} from '@test-coordinator/domain';
import { expect } from 'chai';

import { NOW, OTHER_ID, RUN_ID, later, mintId, runInput } from './records.js';

const pending = (): TestRun => newTestRun(runInput, mintId, NOW);
const running = (): TestRun => moveTestRun(pending(), 'running', NOW);

describe('A run', () => {
  it('Given no id, when it is made, then one is minted; given one, then it is taken', () => {
    expect(pending().runId).to.equal(OTHER_ID);
    expect(newTestRun({ ...runInput, runId: RUN_ID }, mintId, NOW).runId).to.equal(RUN_ID);
  });

  it('Given only a scenario, when it is made, then it is pending, not pinned, verified so far, without times', () => {
    expect(pending()).to.deep.equal({
      runId: OTHER_ID,
      scenarioId: 'engine-restart',
      status: 'pending',
      configurationSnapshot: {},
      pinned: false,
      unverified: false,
      createdAt: NOW,
      updatedAt: NOW,
      version: 1,
    });
  });

  it('Given a completion before the start, when it is made, then that is refused', () => {
    const input = { ...runInput, startedAt: NOW, completedAt: later(-1) };
    expect(() => newTestRun(input, mintId, NOW)).to.throw(
      InvalidValueError,
      'completedAt is before startedAt',
    );
  });

  it('Given a pending run, when it starts, then startedAt is now, but a start that was given is kept', () => {
    expect(running()).to.deep.include({ status: 'running', startedAt: NOW, version: 2 });
    const given = newTestRun({ ...runInput, startedAt: later(-500) }, mintId, NOW);
    expect(moveTestRun(given, 'running', NOW).startedAt).to.deep.equal(later(-500));
  });

  it('Given a running run, when it completes, then the duration is from its start', () => {
    const run = completeTestRun(
      running(),
      'failed',
      { exitCode: 3, errorMessage: 'no quotes' },
      later(1_234),
    );
    expect(run).to.deep.include({
      status: 'failed',
      completedAt: later(1_234),
      durationMs: 1_234,
      exitCode: 3,
      errorMessage: 'no quotes',
      version: 3,
    });
  });

  it('Given a run that never started, or started in the future, when it completes, then no duration is made up', () => {
    expect(completeTestRun(pending(), 'cancelled', {}, later(5))).not.to.have.property('durationMs');
    const ahead = newTestRun({ ...runInput, startedAt: later(60_000) }, mintId, NOW);
    const done = completeTestRun(ahead, 'passed', {}, NOW);
    expect(done).not.to.have.property('durationMs');
    expect(done.completedAt).to.deep.equal(NOW);
  });

  it('Given a completed run, when the same completion is said again, then it is the same record', () => {
    const run = completeTestRun(running(), 'failed', { exitCode: 3 }, later(10));
    expect(completeTestRun(run, 'failed', { exitCode: 3 }, later(99))).to.equal(run);
    expect(completeTestRun(run, 'failed', {}, later(99))).to.equal(run);
    expect(moveTestRun(run, 'failed', later(99))).to.equal(run);
  });

  it('Given a completed run, when another completion is said, then it is refused', () => {
    const run = completeTestRun(running(), 'failed', { exitCode: 3 }, later(10));
    expect(() => completeTestRun(run, 'failed', { exitCode: 4 }, NOW)).to.throw(
      IllegalTransitionError,
      'exitCode',
    );
    expect(() => completeTestRun(run, 'passed', {}, NOW)).to.throw(IllegalTransitionError);
    expect(() => recordTestRunCompletion(run, 3, 11, NOW)).to.throw(IllegalTransitionError, 'durationMs');
  });

  it('Given an exit code and a duration, when they are recorded, then 0 is passed and the rest failed, as told', () => {
    expect(recordTestRunCompletion(running(), 0, 77, later(500))).to.deep.include({
      status: 'passed',
      exitCode: 0,
      durationMs: 77,
      completedAt: later(500),
    });
    const failed = recordTestRunCompletion(pending(), 137, 77, later(500));
    expect(failed.status).to.equal('failed');
    expect(failed).not.to.have.property('startedAt');
    expect(recordTestRunCompletion(failed, 137, 77, later(900))).to.equal(failed);
  });

  it('Given what no completion can say, when it is said, then it is refused before the state is judged', () => {
    expect(() => completeTestRun(pending(), 'running' as never, {}, NOW)).to.throw(
      InvalidValueError,
      'status',
    );
    expect(() => completeTestRun(pending(), 'passed', { exitCode: 1.5 }, NOW)).to.throw(
      InvalidValueError,
      'exitCode',
    );
    expect(() => recordTestRunCompletion(pending(), 0, -1, NOW)).to.throw(InvalidValueError, 'durationMs');
  });

  it('Given a run, when it is moved to a final status, then it completes as completeRun would', () => {
    expect(moveTestRun(running(), 'timeout', later(40))).to.deep.equal(
      completeTestRun(running(), 'timeout', {}, later(40)),
    );
  });

  it('Given changes, when they are made, then only those fields change and the version rises', () => {
    const run = newTestRun({ ...runInput, testEnvironment: 'staging', externalId: 'ci-7' }, mintId, NOW);
    const changed = changeTestRun(run, { pinned: true, testEnvironment: null }, later(3));
    expect(changed).to.deep.include({ pinned: true, externalId: 'ci-7', version: 2, updatedAt: later(3) });
    expect(changed).not.to.have.property('testEnvironment');
    expect(() => changeTestRun(run, { status: 'passed' } as never, NOW)).to.throw(
      InvalidValueError,
      'status',
    );
  });
});
