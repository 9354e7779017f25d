// The process behind services:up: it has the servers as its children until services:down tells it to end.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { PostgresServer } from './postgres-server.js';
import { RedisServer } from './redis-server.js';
import { forgetServices, rememberServices } from './services-file.js';

async function hold(): Promise<void> {
  const postgres = await PostgresServer.start();
  const redis = await RedisServer.start();
  const token = randomBytes(16).toString('hex');
  const control = createServer().listen(0, '127.0.0.1');
  await once(control, 'listening');
  const { port } = control.address() as AddressInfo;
  rememberServices({ control: port, token, postgres: postgres.url, redis: redis.url });
  process.send?.({ isReady: true });
  process.disconnect?.();
  control.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (line) => {
      if (!String(line).startsWith(token)) socket.destroy();
      else if (String(line).includes('down')) void end().then(() => socket.end('down\n'));
      else socket.end('up\n');
    });
  });
  const end = async (): Promise<void> => {
    control.close();
    forgetServices();
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}

await hold().catch((error: unknown) => {
  process.send?.({ problem: error instanceof Error ? error.message : String(error) });
  process.disconnect?.();
  process.exitCode = 1;
});
