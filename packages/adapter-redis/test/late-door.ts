import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that can be shut for those who come, while those who are inside go on. */
export class LateDoor implements AsyncDisposable {
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();
  readonly #sockets = new Set<Socket>();
  #isShut = false;

  private constructor(target: number) {
    this.#server = createServer((socket) => {
      const enter = (): void => {
        const inside = connect(target, '127.0.0.1');
        for (const [from, to] of [
          [socket, inside],
          [inside, socket],
        ] as const) {
          this.#sockets.add(from);
          from.on('error', () => to.destroy()).on('close', () => this.#sockets.delete(from));
          from.pipe(to);
        }
      };
      this.#sockets.add(socket);
      if (this.#isShut) this.#waiting.add(enter);
      else enter();
    });
  }

  static async before(target: number): Promise<LateDoor> {
    const door = new LateDoor(target);
    await once(door.#server.listen(0, '127.0.0.1'), 'listening');
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many wait outside. */
  get waiting(): number {
    return this.#waiting.size;
  }

  shut(): void {
    this.#isShut = true;
  }

  open(): void {
    this.#isShut = false;
    for (const enter of this.#waiting) enter();
    this.#waiting.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
