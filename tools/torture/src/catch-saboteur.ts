import { nodeOptionsOf, type Saboteur } from './saboteurs.js';
import { isKept, torture } from './torture.js';
import type { Servers } from './world.js';

/** Each about 2 s. One that is caught at all is caught in the first or second as a rule. */
const MOST_CYCLES = 12;
const RECORDS_PER_CYCLE = 500;

/** Tortures the product with its rule broken; answers the first complaint, or `undefined` when nobody noticed. */
export async function catchSaboteur(
  servers: Servers,
  saboteur: Saboteur,
  seed: number,
): Promise<string | undefined> {
  const report = await torture({
    servers,
    seed,
    plan: Array.from({ length: MOST_CYCLES }, () => saboteur.cycle),
    recordsPerCycle: RECORDS_PER_CYCLE,
    cyclesOfRound: 1,
    nodeOptions: await nodeOptionsOf(saboteur),
  });
  if (isKept(report)) return undefined;
  const { lost, doubled, wrong, cycles } = report;
  const counts = `${lost.length} lost, ${doubled.length} doubled, ${wrong.length} wrong after ${cycles} cycles`;
  return `${counts}: ${[...lost, ...doubled, ...wrong][0]}`;
}
