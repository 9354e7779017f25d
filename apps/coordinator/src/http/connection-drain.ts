import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

/** For a request that a client has just sent on a connection which looked idle when the server began to close. */
const GRACE_MS = 500;

/**
 * Lets the server close as soon as nothing is under way. Node closes connections that have answered a request and wait
 * for the next. It waits for those that never sent one, or sent half of its head, for as long as a head may take; and for
 * one whose answer began before the close, for as long as it is kept alive.
 */
export function drainConnections(app: FastifyInstance): void {
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  let isClosing = false;
  let isPatient = true;
  let grace: NodeJS.Timeout | undefined;
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      busy.delete(socket);
    });
  });
  app.server.on('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
      if (isClosing && !isPatient) socket.destroySoon();
    });
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', async () => {
    isClosing = true;
    grace = setTimeout(() => {
      isPatient = false;
      for (const socket of open) if (!busy.has(socket)) socket.destroySoon();
    }, GRACE_MS);
  });
  app.addHook('onClose', async () => clearTimeout(grace));
}
