// npm run torture: builds and runs the torture; arguments go to it.
import './check-node.mjs';

void import('./run-built.mjs').then(({ runBuilt }) => runBuilt('torture'));
