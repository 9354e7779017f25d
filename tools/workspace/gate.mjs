// npm run gate: installs and builds when needed, then becomes the gate; arguments go to it.
import './check-node.mjs';

// 1 says that the gate failed; what was not built can't tell.
void import('./start-app.mjs').then(({ startApp }) => startApp('gate', 'gate', 3));
