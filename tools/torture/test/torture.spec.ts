import {
  catchSaboteur,
  isPassed,
  planFaults,
  SABOTEURS,
  torture,
  withServers,
} from '@test-coordinator/torture';
import { expect } from 'chai';

/** The least in which every kind of fault comes once. */
const CYCLES = 5;
const seed = Number(process.env['TEST_COORDINATOR_TORTURE_SEED'] ?? Math.floor(Math.random() * 1e9));
/** Two that are caught in their first cycle. */
const QUICK = ['mints ids anew for what waited', 'ignores at a start what waits'];

describe(`Given real processes that are killed, stopped and cut off (G1, B15; TEST_COORDINATOR_TORTURE_SEED=${seed})`, () => {
  it('When 16 writers record meanwhile, Then what was acknowledged is stored exactly once, and each fault was seen', async () => {
    const report = await withServers((servers) =>
      torture({ servers, seed, plan: planFaults(seed, CYCLES), recordsPerCycle: 500 }),
    );

    const { acknowledged, lost, doubled, wrong, unseen, trace } = report;
    const story = trace.join('\n');
    expect({ lost, doubled, wrong, unseen }, story).to.deep.equal({
      lost: [],
      doubled: [],
      wrong: [],
      unseen: [],
    });
    expect(isPassed(report)).to.equal(true);
    expect(acknowledged).to.be.at.least(CYCLES * 500);
  });

  for (const saboteur of SABOTEURS.filter(({ name }) => QUICK.includes(name))) {
    it(`When the coordinator ${saboteur.name}, Then that is caught`, async () => {
      const complaint = await withServers((servers) => catchSaboteur(servers, saboteur, seed));

      expect(complaint).to.match(/[1-9]\d* lost/);
    });
  }
});
