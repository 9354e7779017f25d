// npm run format: writes what the format step of npm test checks.
import './check-node.mjs';

void import('./format-sources.mjs').then(({ formatSources }) => formatSources());
