import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SeededRandom } from './seeded-random.js';

/** What happens to what passes. All faults but `pass` and `delay` lose bytes or connections. */
export type Fault =
  | { readonly kind: 'pass' }
  /** Every piece waits `ms`, and up to `jitterMs` more. The order stays. */
  | { readonly kind: 'delay'; readonly ms: number; readonly jitterMs?: number }
  /** Nothing passes in either direction, and no connection ends. */
  | { readonly kind: 'black hole' }
  /** Requests reach the server, and its replies are lost: the outcome is unknown to the client. */
  | { readonly kind: 'drop replies' }
  /** Each connection ends after so many more bytes from the server; `atMost` picks the number by the seed. */
  | { readonly kind: 'cut after'; readonly bytes: number; readonly atMost?: number }
  /** New connections end at once. */
  | { readonly kind: 'refuse' };

/** What has happened so far: the proof that a fault took place. */
export interface FaultCounts {
  readonly accepted: number;
  readonly cut: number;
  readonly refused: number;
  readonly delayed: number;
  readonly lostRequestBytes: number;
  readonly lostReplyBytes: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** What the client has lost makes the rest of the connection meaningless. */
  isDamaged: boolean;
  budget: number | undefined;
}

/** Stands between a client and a server on this machine and breaks their connections on purpose. */
export class FaultProxy implements AsyncDisposable {
  private readonly tally = {
    accepted: 0,
    cut: 0,
    refused: 0,
    delayed: 0,
    lostRequestBytes: 0,
    lostReplyBytes: 0,
  };
  private readonly pairs = new Set<Pair>();
  private fault: Fault = { kind: 'pass' };

  private constructor(
    private readonly listener: Server,
    private readonly target: { readonly host: string; readonly port: number },
    /** Print it with a failure: the same seed makes the same choices again. */
    readonly seed: number,
    private readonly random: SeededRandom,
  ) {
    listener.on('connection', (client: Socket) => this.accept(client));
  }

  static async start(target: { host?: string; port: number }, seed = 1): Promise<FaultProxy> {
    // A client that ends its half still gets what the server has to say.
    const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { host = '127.0.0.1', port } = target;
    return new FaultProxy(listener, { host, port }, seed, new SeededRandom(seed));
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  get counts(): FaultCounts {
    return { ...this.tally };
  }

  get openConnections(): number {
    return this.pairs.size;
  }

  /** The URL of the server with this proxy in between. */
  url(original: string): string {
    const url = new URL(original);
    url.hostname = '127.0.0.1';
    url.port = `${this.port}`;
    return url.href;
  }

  /**
   * From now on, for open connections and new ones. Connections that have lost bytes end when the fault changes,
   * since what follows would make no sense.
   */
  inject(fault: Fault): void {
    for (const pair of this.pairs) {
      if (pair.isDamaged) this.cutPair(pair);
      pair.budget = undefined;
    }
    this.fault = fault;
  }

  heal(): void {
    this.inject({ kind: 'pass' });
  }

  /** Ends every open connection, in the middle of whatever it is doing. */
  cut(): void {
    for (const pair of this.pairs) this.cutPair(pair);
  }

  /** Ends the server's half towards the clients, who can go on sending. */
  halfClose(): void {
    for (const { client } of this.pairs) client.end();
  }

  async stop(): Promise<void> {
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.cut();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private accept(client: Socket): void {
    client.on('error', () => {});
    if (this.fault.kind === 'refuse') {
      this.tally.refused += 1;
      client.resetAndDestroy();
      return;
    }
    this.tally.accepted += 1;
    const server = connect({ ...this.target, allowHalfOpen: true });
    const pair: Pair = { client, server, isDamaged: false, budget: undefined };
    this.pairs.add(pair);
    for (const socket of [client, server]) socket.setNoDelay(true);
    client.once('close', () => {
      this.pairs.delete(pair);
      server.destroy();
    });
    // A server that can't be reached looks like one that hangs up.
    server.on('error', () => reset(client));
    this.pump(pair, client, server, false);
    this.pump(pair, server, client, true);
  }

  private pump(pair: Pair, from: Socket, to: Socket, isReply: boolean): void {
    let last = Promise.resolve();
    from.on('data', (piece: Buffer) => {
      const { fault } = this;
      if (fault.kind === 'black hole' || (fault.kind === 'drop replies' && isReply)) {
        this.tally[isReply ? 'lostReplyBytes' : 'lostRequestBytes'] += piece.length;
        pair.isDamaged = true;
        return;
      }
      if (fault.kind === 'cut after' && isReply) {
        pair.budget ??=
          fault.bytes + Math.floor(this.random.next() * Math.max(0, (fault.atMost ?? 0) - fault.bytes));
        if (piece.length >= pair.budget) {
          to.write(piece.subarray(0, pair.budget), () => this.cutPair(pair));
          return;
        }
        pair.budget -= piece.length;
      }
      const ms = fault.kind === 'delay' ? fault.ms + this.random.next() * (fault.jitterMs ?? 0) : 0;
      if (ms > 0) this.tally.delayed += 1;
      from.pause();
      last = last.then(() => this.deliver(piece, to, ms)).finally(() => from.resume());
    });
    from.once('end', () => {
      void last.then(() => {
        if (this.fault.kind === 'black hole') pair.isDamaged = true;
        else to.end();
      });
    });
  }

  private deliver(piece: Buffer, to: Socket, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const write = (): void => {
        if (to.destroyed) resolve();
        else to.write(piece, () => resolve());
      };
      if (ms > 0) setTimeout(write, ms);
      else write();
    });
  }

  private cutPair(pair: Pair): void {
    if (!this.pairs.delete(pair)) return;
    this.tally.cut += 1;
    reset(pair.client);
    pair.server.destroy();
  }
}

/** A reset of a socket whose end is under way fails within node 20, which then waits for ever when the process is to end. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
