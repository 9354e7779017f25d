// For who writes text of others and reads no report: to load the readers takes a sixth of a gate's processor time.
export { xmlAttributes, xmlText } from './export/xml-text.js';
export { markdownTable, markdownText } from './report/markdown-text.js';
export { visibleText } from './report/visible-text.js';
