import { FAULT_KINDS, noFaultsYet } from './simulated-process.js';
import { simulate, type OpenSpool, type SimulationReport } from './simulation.js';

/** The sum of the reports of `count` seeds from `first`. Rejects with the first promise that was broken. */
export async function simulateMany(first: number, count: number, open: OpenSpool): Promise<SimulationReport> {
  const faults = noFaultsYet();
  let acknowledged = 0;
  let handedOut = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const report = await simulate(seed, open);
    acknowledged += report.acknowledged;
    handedOut += report.handedOut;
    for (const kind of FAULT_KINDS) faults[kind] += report.faults[kind];
  }
  return { acknowledged, handedOut, faults };
}
