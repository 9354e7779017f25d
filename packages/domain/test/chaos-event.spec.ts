import {
  IllegalTransitionError,
  InvalidValueError,
  changeChaosEvent,
  moveChaosEvent,
  newChaosEvent,
  recoverChaosEvent,
  type ChaosEvent,
} from '@test-coordinator/domain';
import { expect } from 'chai';

import { NOW, OTHER_ID, eventInput, later, mintId } from './records.js';

const pending = (): ChaosEvent => newChaosEvent(eventInput, mintId, NOW);
const injected = (): ChaosEvent => moveChaosEvent(pending(), 'injected', NOW);

describe('A chaos event', () => {
  it('Given only what is required, when it is made, then it is pending with an id of its own', () => {
    expect(pending()).to.deep.equal({
      ...eventInput,
      eventId: OTHER_ID,
      status: 'pending',
      parameters: {},
      createdAt: NOW,
      version: 1,
    });
  });

  it('Given an injected event, when it recovers without details, then the time is from its injection', () => {
    expect(recoverChaosEvent(injected(), {}, later(1_500))).to.deep.include({
      status: 'recovered',
      recoveredAt: later(1_500),
      recoveryTimeMs: 1_500,
      version: 3,
    });
    expect(moveChaosEvent(injected(), 'recovered', later(1_500))).to.deep.equal(
      recoverChaosEvent(injected(), {}, later(1_500)),
    );
  });

  it('Given a measured recovery, when it is told, then it is stored as told', () => {
    const event = recoverChaosEvent(
      injected(),
      { recoveredAt: later(900), recoveryTimeMs: 400 },
      later(5_000),
    );
    expect(event).to.deep.include({ recoveredAt: later(900), recoveryTimeMs: 400 });
  });

  it('Given an injection that lies ahead of the clock, when it recovers, then the time stays unmeasured', () => {
    const event = newChaosEvent(
      { ...eventInput, status: 'injected', injectedAt: later(60_000) },
      mintId,
      NOW,
    );
    const recovered = recoverChaosEvent(event, {}, NOW);
    expect(recovered.status).to.equal('recovered');
    expect(recovered).not.to.have.property('recoveryTimeMs');
  });

  it('Given a recovery before the injection, when it is told, then it is refused', () => {
    expect(() => recoverChaosEvent(injected(), { recoveredAt: later(-1) }, NOW)).to.throw(InvalidValueError);
    const input = { ...eventInput, recoveredAt: later(-1) };
    expect(() => newChaosEvent(input, mintId, NOW)).to.throw(
      InvalidValueError,
      'recoveredAt is before injectedAt',
    );
  });

  it('Given a recovered event, when the same recovery is told again, then nothing changes, and another is refused', () => {
    const event = recoverChaosEvent(injected(), { recoveryTimeMs: 400 }, later(900));
    expect(recoverChaosEvent(event, { recoveryTimeMs: 400 }, later(999))).to.equal(event);
    expect(recoverChaosEvent(event, { recoveredAt: later(900) }, later(999))).to.equal(event);
    expect(() => recoverChaosEvent(event, { recoveryTimeMs: 401 }, NOW)).to.throw(IllegalTransitionError);
    expect(() => recoverChaosEvent(event, { recoveredAt: later(901) }, NOW)).to.throw(IllegalTransitionError);
  });

  it('Given a pending event, when it is said to have recovered, then that is refused', () => {
    expect(() => recoverChaosEvent(pending(), {}, NOW)).to.throw(
      IllegalTransitionError,
      'from pending to recovered',
    );
  });

  it('Given changes, when they are made, then the version rises, and an injection after the recovery is refused', () => {
    expect(changeChaosEvent(pending(), { durationMs: 30 })).to.deep.include({ durationMs: 30, version: 2 });
    const recovered = recoverChaosEvent(injected(), {}, later(10));
    expect(() => changeChaosEvent(recovered, { injectedAt: later(11) })).to.throw(
      InvalidValueError,
      'recoveredAt',
    );
  });

  it('Given an event that recovered before its injection by the clock, when something else of it changes, then that is taken', () => {
    const ahead = newChaosEvent(
      { ...eventInput, status: 'injected', injectedAt: later(60_000) },
      mintId,
      NOW,
    );
    const recovered = recoverChaosEvent(ahead, {}, NOW);
    expect(changeChaosEvent(recovered, { durationMs: 30 })).to.deep.include({ durationMs: 30, version: 3 });
  });
});
