// npm run bench: builds and runs the benchmarks; arguments go to them.
import './check-node.mjs';

void import('./run-benchmarks.mjs').then(({ runBenchmarks }) => runBenchmarks());
