import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import { FaultProxy } from '@test-coordinator/services';

// Run as a process of its own: a socket that was not closed holds its end up.
const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
await once(server, 'listening');
const proxy = await FaultProxy.start({ port: (server.address() as AddressInfo).port });
const accepted = once(server, 'connection');
const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
await accepted;
proxy.halfClose();
proxy.cut();
await proxy.stop();
client.destroy();
server.close();
