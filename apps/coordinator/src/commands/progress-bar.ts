import type { TerminalStream } from './command.js';
import { ProgressLine } from './progress-line.js';

const REDRAW_MS = 80;

/** How far a command is through its bytes: one line on a terminal, redrawn a dozen times a second, and nothing elsewhere. */
export class ProgressBar {
  readonly #line: ProgressLine;
  readonly #isShown: boolean;
  #name = '';
  #before = 0;
  #current = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(
    terminal: TerminalStream,
    readonly totalBytes: number,
  ) {
    this.#line = new ProgressLine(terminal);
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
    if (this.#isShown) this.#line.clear();
  }

  #draw(): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    const share = this.totalBytes === 0 ? 0 : Math.min(1, (this.#before + this.#current) / this.totalBytes);
    this.#line.draw(share, this.#name);
  }
}
