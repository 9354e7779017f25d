import { cutText } from '../mapping/stored-text.js';
import { visibleText } from './visible-text.js';

const MAX_SHOWN = 300;

/** A table of cells that are Markdown already. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Text of others as Markdown that shows it, on one line, cut at 300 characters: backslashes before Markdown's signs, and
 * entities for those that HTML and mentions begin with.
 */
export function markdownText(text: string): string {
  return visibleText(cutText(text, MAX_SHOWN))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, String.raw`\$&`)
    .replace(/:\/\//g, '&#58;//');
}
