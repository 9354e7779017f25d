// Starts a Redis with what its PATH has, asks it once, and says what came of it.
import { connect } from 'node:net';
import { once } from 'node:events';
import { RedisServer } from '@test-coordinator/services';

const say = (answer: object): boolean => process.stdout.write(JSON.stringify(answer));
try {
  await using server = await RedisServer.start();
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('PING\r\n');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  say({ reply: reply.toString().trim() });
} catch (error) {
  say({ problem: error instanceof Error ? error.message : String(error) });
}
