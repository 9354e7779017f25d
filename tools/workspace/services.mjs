// npm run services:up and services:down: builds and runs tools/services.
import './check-node.mjs';

void import('./run-services.mjs').then(({ runServices }) => runServices());
