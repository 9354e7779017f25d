import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { FaultProxy } from '@test-coordinator/services';
import { eventually } from './eventually.js';

const SEED = 20_261_121;

/** A client that remembers what it got. */
class Client {
  received = '';
  isEnded = false;
  isClosed = false;
  readonly socket: Socket;

  constructor(port: number, allowHalfOpen = false) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text) => (this.received += String(text)));
    this.socket.on('error', () => {});
    this.socket.on('end', () => (this.isEnded = true));
    this.socket.on('close', () => (this.isClosed = true));
  }
}

describe(`Fault proxy (seed ${SEED})`, () => {
  let server: Server;
  let proxy: FaultProxy;
  let seen: string;
  const clients: Client[] = [];

  /** A server that echoes, and remembers what reached it. */
  beforeEach(async () => {
    seen = '';
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', (piece) => {
        seen += piece.toString();
        socket.write(piece);
      });
      socket.on('end', () => socket.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await FaultProxy.start({ port: (server.address() as AddressInfo).port }, SEED);
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await proxy.stop();
    server.close();
  });

  async function connected({ allowHalfOpen = false } = {}): Promise<Client> {
    const client = new Client(proxy.port, allowHalfOpen);
    clients.push(client);
    await once(client.socket, 'connect');
    client.socket.write('hello ');
    await eventually(() => client.received === 'hello ');
    return client;
  }

  describe('Given no fault', () => {
    it('When megabytes pass, Then they arrive whole, and the end is passed on', async () => {
      const client = await connected();
      const text = 'x'.repeat(3_000_000);
      client.socket.end(text);
      await eventually(() => client.isClosed);
      expect(client.received.length).to.equal(text.length + 6);
      expect(client.isEnded).to.equal(true);
      expect(proxy.counts).to.include({ accepted: 1, cut: 0, lostReplyBytes: 0 });
    });

    it('When a URL is given, Then it leads through the proxy and keeps the rest', () => {
      expect(proxy.url('postgresql://me:secret@db.example:5432/name?a=b')).to.equal(
        `postgresql://me:secret@127.0.0.1:${proxy.port}/name?a=b`,
      );
    });
  });

  describe('Given open connections', () => {
    it('When they are cut, Then the clients are disconnected, and new connections work', async () => {
      const client = await connected();
      proxy.cut();
      await eventually(() => client.isClosed);
      expect(proxy.counts.cut).to.equal(1);
      await connected();
    });

    it('When the server’s half is closed, Then the client sees the end and can go on sending', async () => {
      const client = await connected({ allowHalfOpen: true });
      proxy.halfClose();
      await eventually(() => client.isEnded);
      client.socket.write('still here');
      await eventually(() => seen === 'hello still here');
      expect(client.isClosed).to.equal(false);
      expect(client.received).to.equal('hello ');
    });

    it('When it is cut while a half is being closed, Then nothing of it keeps the process from ending', async () => {
      const program = fileURLToPath(new URL('cut-while-closing.js', import.meta.url));
      const { status, signal } = spawnSync(process.execPath, [program], { timeout: 10_000 });
      expect({ status, signal }).to.deep.equal({ status: 0, signal: null });
    });
  });

  describe('Given a black hole', () => {
    it('When the client writes, Then nothing arrives and nothing ends, until the proxy is healed', async () => {
      const client = await connected();
      proxy.inject({ kind: 'black hole' });
      client.socket.write('lost');
      await eventually(() => proxy.counts.lostRequestBytes === 4);
      expect(seen).to.equal('hello ');
      expect(client.isEnded || client.isClosed).to.equal(false);

      proxy.heal();
      await eventually(() => client.isClosed);
      const next = await connected();
      expect(next.received).to.equal('hello ');
    });
  });

  describe('Given replies that are dropped', () => {
    it('When the client writes, Then the server gets it and the client no answer', async () => {
      const client = await connected();
      proxy.inject({ kind: 'drop replies' });
      client.socket.write('done?');
      await eventually(() => proxy.counts.lostReplyBytes === 5);
      expect(seen).to.equal('hello done?');
      expect(client.received).to.equal('hello ');
    });
  });

  describe('Given a delay', () => {
    it('When pieces pass, Then each waits and their order stays', async () => {
      const client = await connected();
      proxy.inject({ kind: 'delay', ms: 20, jitterMs: 30 });
      const started = performance.now();
      for (const piece of ['1', '2', '3', '4']) {
        client.socket.write(piece);
        await eventually(() => client.received.endsWith(piece));
      }
      expect(client.received).to.equal('hello 1234');
      // There and back, four times.
      expect(performance.now() - started).to.be.at.least(8 * 19);
      expect(proxy.counts.delayed).to.equal(8);
    });
  });

  describe('Given a cut after some bytes', () => {
    it('When the reply is longer, Then the client gets so many bytes and the end', async () => {
      const client = await connected();
      proxy.inject({ kind: 'cut after', bytes: 4 });
      client.socket.write('0123456789');
      await eventually(() => client.isClosed);
      expect(client.received).to.equal('hello 0123');
      expect(proxy.counts.cut).to.equal(1);
    });

    it('When the number is left to the seed, Then the same seed cuts at the same places', async () => {
      const cuts = async (seed: number): Promise<number[]> => {
        const lengths: number[] = [];
        await using other = await FaultProxy.start({ port: (server.address() as AddressInfo).port }, seed);
        other.inject({ kind: 'cut after', bytes: 1, atMost: 1000 });
        for (let round = 0; round < 5; round += 1) {
          const client = new Client(other.port);
          clients.push(client);
          client.socket.write('x'.repeat(1000));
          await eventually(() => client.isClosed);
          lengths.push(client.received.length);
        }
        return lengths;
      };
      const first = await cuts(SEED);
      expect(await cuts(SEED)).to.deep.equal(first);
      expect(await cuts(SEED + 1)).to.not.deep.equal(first);
      expect(new Set(first).size).to.be.above(1);
    });
  });

  describe('Given refused connections', () => {
    it('When a client connects, Then it is disconnected, and those that were open go on', async () => {
      const open = await connected();
      proxy.inject({ kind: 'refuse' });
      const late = new Client(proxy.port);
      clients.push(late);
      await eventually(() => late.isClosed);
      expect(proxy.counts.refused).to.equal(1);
      open.socket.write('me');
      await eventually(() => open.received === 'hello me');
    });
  });

  describe('Given a server that is not there', () => {
    it('When a client connects, Then it is disconnected', async () => {
      server.close();
      const client = new Client(proxy.port);
      clients.push(client);
      await eventually(() => client.isClosed);
      expect(proxy.openConnections).to.equal(0);
    });
  });
});
