import { Spool } from '@test-coordinator/adapter-spool';
import { expect } from 'chai';

import { SABOTEURS } from './saboteurs.js';
import { withSabotagedSpool } from './sabotaged-spool.js';
import { simulateMany } from './simulate-many.js';
import { simulate } from './simulation.js';

const SEEDS = 1_000;
const MOST_SEEDS_OF_A_SABOTEUR = 3_000;
const firstSeed = Number(process.env['SPOOL_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));

describe(`Given a simulated disk that loses power, tears sectors, is full and fails (G2; SPOOL_SEED=${firstSeed})`, () => {
  it(`When ${SEEDS} stories are told, Then nothing that was acknowledged is lost, altered or handed out again, and every start succeeds`, async () => {
    const report = await simulateMany(firstSeed, SEEDS, (options) => Spool.open(options));

    expect(report.acknowledged).to.be.greaterThan(SEEDS * 10);
    for (const [kind, count] of Object.entries(report.faults)) {
      expect(count, `${kind} must have happened`).to.be.greaterThan(SEEDS / 10);
    }
  });

  it('When one seed is told twice, Then it is the same story', async () => {
    const open = Spool.open.bind(Spool);

    expect(await simulate(firstSeed, open)).to.deep.equal(await simulate(firstSeed, open));
  });
});

describe('Given a spool with one rule broken', () => {
  for (const saboteur of SABOTEURS) {
    it(`When it ${saboteur.name}, Then the simulation catches it`, async () => {
      const caught = await withSabotagedSpool(saboteur, async (open) => {
        const { firstSeed: first = 1 } = saboteur;
        for (let seed = first; seed < first + MOST_SEEDS_OF_A_SABOTEUR; seed += 1) {
          try {
            await simulate(seed, open);
          } catch (error) {
            return (error as Error).message;
          }
        }
        return undefined;
      });

      expect(caught, `${MOST_SEEDS_OF_A_SABOTEUR} seeds`).to.be.a('string');
      if (process.env['SPOOL_SHOW_CAUGHT'] !== undefined) process.stdout.write(`        ${caught}\n`);
    });
  }
});
