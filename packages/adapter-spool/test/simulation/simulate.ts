import { parseArgs } from 'node:util';

import { Spool } from '@test-coordinator/adapter-spool';

import { simulateMany } from './simulate-many.js';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '10000' }, seed: { type: 'string' } },
});
const first = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
const start = performance.now();
const { acknowledged, faults } = await simulateMany(first, Number(values.seeds), (options) =>
  Spool.open(options),
);
const seconds = ((performance.now() - start) / 1e3).toFixed(1);
process.stdout.write(
  `simulate: ${values.seeds} seeds from ${first}, ${acknowledged} acknowledged, 0 lost, ${JSON.stringify(faults)}, ${seconds} s\n`,
);
