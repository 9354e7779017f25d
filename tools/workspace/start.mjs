// npm start: installs and builds when needed, then becomes the coordinator.
import './check-node.mjs';

void import('./start-app.mjs').then(({ startApp }) => startApp('coordinator', 'start'));
