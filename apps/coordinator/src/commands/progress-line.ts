import type { TerminalStream } from './command.js';

const WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';

/** One line of a terminal that is drawn over: a bar, its share and a text. */
export class ProgressLine {
  constructor(private readonly terminal: TerminalStream) {}

  /** @param share From 0 to 1; `null` when it is not known. */
  draw(share: number | null, text: string): void {
    const filled = Math.round((share ?? 0) * WIDTH);
    const percent = share === null ? ' ? %' : `${Math.floor(share * 100)} %`;
    const line = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${percent} ${text}`;
    this.terminal.write(CLEAR_LINE + line.slice(0, (this.terminal.columns ?? 80) - 1));
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    this.terminal.write(CLEAR_LINE);
  }
}
