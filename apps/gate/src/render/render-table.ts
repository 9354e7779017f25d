import { markdownTable, markdownText, visibleText } from '@test-coordinator/ingest/text';

export const TABLE_FORMATS = ['text', 'markdown', 'json'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** What a command found, for a person and for a program. */
export interface Findings {
  /** One sentence above the table. */
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What `json` prints. */
  readonly json: object;
}

/** The findings as text that ends with a line break. */
export function renderTable({ title, head, rows, json }: Findings, format: TableFormat): string {
  if (format === 'json') return `${JSON.stringify(json, undefined, 2)}\n`;
  if (format === 'markdown') {
    const table = markdownTable(
      head,
      rows.map((row) => row.map(markdownText)),
    );
    return `${[markdownText(title), ...(rows.length === 0 ? [] : [table])].join('\n\n')}\n`;
  }
  if (rows.length === 0) return `${visibleText(title)}\n`;
  const all = [head, ...rows.map((row) => row.map(visibleText))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `${visibleText(title)}\n\n${lines.join('\n')}\n`;
}
