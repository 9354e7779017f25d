import { FAULT_KINDS, planFaults } from '@test-coordinator/torture';
import { expect } from 'chai';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

describe('Given a plan of faults', () => {
  it('When it is made twice from one seed, Then it is the same, and another seed makes another', () => {
    expect(planFaults(7, 50)).to.deep.equal(planFaults(7, 50));
    expect(planFaults(7, 50)).to.not.deep.equal(planFaults(8, 50));
  });

  it('When it has five cycles, Then each kind of fault is in it', () => {
    for (const seed of SEEDS) {
      const kinds = planFaults(seed, 5).flatMap((cycle) => cycle.map(({ kind }) => kind));
      expect(kinds, `seed ${seed}`).to.include.members([...FAULT_KINDS]);
    }
  });

  it('When a cycle has several faults, Then none of them is of the same target', () => {
    for (const cycle of SEEDS.flatMap((seed) => planFaults(seed, 20))) {
      const targets = cycle.map(({ kind }) => (/^(coordinator|postgres|redis)/.exec(kind) ?? ['link'])[0]);
      expect(new Set(targets).size).to.equal(cycle.length).and.be.greaterThan(0);
    }
  });

  it('When it is made of some kinds alone, Then no other is in it', () => {
    const kinds = planFaults(1, 20, ['postgres killed', 'coordinator killed']).flatMap((cycle) =>
      cycle.map(({ kind }) => kind),
    );
    expect(new Set(kinds)).to.deep.equal(new Set(['postgres killed', 'coordinator killed']));
  });
});
