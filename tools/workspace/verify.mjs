// npm test and npm run verify: all that CI does, in CI's order. Names of steps as arguments run just these.
import './check-node.mjs';

void import('./verify-steps.mjs').then(({ verify }) => verify(process.argv.slice(2)));
