// npm run services:up and services:down: builds and runs tools/services.
import './check-node.mjs';

void import('./run-built.mjs').then(({ runBuilt }) => runBuilt('services'));
