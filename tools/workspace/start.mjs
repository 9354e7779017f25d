// npm start: installs and builds when needed, then becomes the coordinator.
import './check-node.mjs';

void import('./start-coordinator.mjs').then(({ startCoordinator }) => startCoordinator());
