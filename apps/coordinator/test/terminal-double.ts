import { Writable } from 'node:stream';

/** A stream that keeps what is written, and says that it is a terminal when it is told to. */
export class TerminalDouble extends Writable {
  text = '';

  constructor(
    readonly isTTY = false,
    readonly columns = 80,
  ) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
