import { parseArgs } from 'node:util';

import { catchSaboteur } from './catch-saboteur.js';
import { planFaults } from './fault-plan.js';
import { SABOTEURS } from './saboteurs.js';
import { isPassed, torture, WRITERS, type TortureReport } from './torture.js';
import { withServers } from './world.js';

const DEFAULT_CYCLES = 50;
const RECORDS_PER_CYCLE = 4_100;
/** Of each list of what went wrong. */
const TOLD = 20;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: `${DEFAULT_CYCLES}` },
      seed: { type: 'string' },
      saboteurs: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : whole('seed', values.seed, 0);
  const cycles = whole('cycles', values.cycles, 1);
  if (values.saboteurs) return catchAll(seed);
  say(`seed ${seed}, ${cycles} cycles, ${WRITERS} writers`);
  const report = await withServers((servers) =>
    torture({ servers, seed, plan: planFaults(seed, cycles), recordsPerCycle: RECORDS_PER_CYCLE, say }),
  );
  tell(report);
  const { acknowledged, lost, doubled } = report;
  process.stdout.write(
    `torture: ${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled, ${report.cycles} cycles, seed ${seed}\n`,
  );
  process.exitCode = isPassed(report) ? 0 : 1;
}

async function catchAll(seed: number): Promise<void> {
  say(`seed ${seed}, ${SABOTEURS.length} saboteurs`);
  let caught = 0;
  await withServers(async (servers) => {
    for (const saboteur of SABOTEURS) {
      const complaint = await catchSaboteur(servers, saboteur, seed);
      if (complaint !== undefined) caught += 1;
      say(`${saboteur.name}: ${complaint ?? 'NOT CAUGHT'}`);
    }
  });
  process.stdout.write(`saboteurs: ${caught} of ${SABOTEURS.length} caught, seed ${seed}\n`);
  process.exitCode = caught === SABOTEURS.length ? 0 : 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function tell(report: TortureReport): void {
  const { trace, lost, doubled, wrong, unseen, answers, acknowledgedMoves } = report;
  say(
    `${acknowledgedMoves} moves acknowledged; answers ${[...answers].map((pair) => pair.join(': ')).join(', ')}`,
  );
  if (isPassed(report)) return;
  say(`\nseed ${report.seed}; what happened:\n${trace.join('\n')}\n`);
  for (const [name, all] of Object.entries({ lost, doubled, wrong }))
    for (const problem of all.slice(0, TOLD)) say(`${name}: ${problem}`);
  if (unseen.length > 0) say(`without evidence that it happened: ${unseen.join(', ')}`);
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new TypeError(`--${name} must be a whole number of at least ${least}`);
  return value;
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
