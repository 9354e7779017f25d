import type { TerminalStream } from './command.js';

const WIDTH = 24;
const REDRAW_MS = 80;
const CLEAR_LINE = '\r\u001b[2K';

/** How far a command is through its bytes: one line on a terminal, redrawn a dozen times a second, and nothing elsewhere. */
export class ProgressBar {
  readonly #terminal: TerminalStream;
  readonly #isShown: boolean;
  #name = '';
  #before = 0;
  #current = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(
    terminal: TerminalStream,
    readonly totalBytes: number,
  ) {
    this.#terminal = terminal;
    this.#isShown = terminal.isTTY === true;
  }

  /** The next file begins; its bytes count on from those of the files before. */
  begin(name: string): void {
    this.#name = name;
    this.#before += this.#current;
    this.#current = 0;
    this.#draw();
  }

  /** So many bytes of this file are read. */
  move(bytes: number): void {
    this.#current = bytes;
    this.#draw();
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    if (this.#isShown) this.#terminal.write(CLEAR_LINE);
  }

  #draw(): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    const share = this.totalBytes === 0 ? 0 : Math.min(1, (this.#before + this.#current) / this.totalBytes);
    const filled = Math.round(share * WIDTH);
    const line = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${Math.floor(share * 100)} % ${this.#name}`;
    this.#terminal.write(CLEAR_LINE + line.slice(0, (this.#terminal.columns ?? 80) - 1));
  }
}
