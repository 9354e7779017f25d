// Answers PING on the port of --port, or on the one that docker would publish.
import { createServer } from 'node:net';

const text = process.argv.slice(2).join(' ');
const port = /--port (\d+)/.exec(text)?.[1] ?? /--publish 127\.0\.0\.1:(\d+):6379/.exec(text)?.[1];
createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', () => socket.write('+PONG\r\n'));
}).listen(Number(port), '127.0.0.1');
