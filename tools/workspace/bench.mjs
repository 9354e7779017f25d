// npm run bench: builds and runs the benchmarks; arguments go to them.
import './check-node.mjs';

void import('./run-built.mjs').then(({ runBuilt }) => runBuilt('bench'));
