import pg from 'pg';

import { StandbyError, type HostRoute } from './host-route.js';
import { isConnectionLoss, sqlStateOf } from './sqlstate-codes.js';

/** After a failed connection attempt, so long nobody tries: two attempts a second, however many calls wait. */
const RETRY_AFTER_MS = 500;
/** An error's ReadyForQuery follows at once; a server that hangs right between the two costs the connection. */
const READY_WITHIN_MS = 1_000;

type Release = (error?: Error | boolean) => void;
type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: Release,
) => void;

export interface GuardedPoolOptions extends pg.PoolConfig {
  readonly route: HostRoute;
}

/** No attempt was made: the last one failed a moment ago. */
export class ConnectPausedError extends Error {
  override readonly name = 'ConnectPausedError';
}

/**
 * pg's pool, made safe. A connection goes back only when no transaction is open on it and no answer is outstanding: with
 * the plain pool the next borrower commits the rolled-back rows of the one before (node-postgres#3399). An error that
 * the server answered cleanly keeps the connection, where the plain pool closes it. A connection that breaks while it
 * is lent does not end the process. While the server is away, one attempt every half second tells.
 */
export class GuardedPool extends pg.Pool {
  readonly #route: HostRoute;
  /** Monotonic; attempts wait until then. */
  #pausedUntil = 0;
  #failure: Error | undefined;
  #probing = false;

  constructor(options: GuardedPoolOptions) {
    const { route } = options;
    super({
      ...options,
      Client: routedClient(route),
      ...(route.size > 1 && { onConnect: refusesStandby(options.connectionTimeoutMillis) }),
    });
    this.#route = route;
    this.on('connect', (client) => client.on('error', () => undefined));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(answer: ConnectCallback): void;
  override connect(answer?: ConnectCallback): Promise<pg.PoolClient> | void {
    // pg calls back before it notes that a new connection is ready: TypeORM, which gives its first one back at once, would
    // have it closed as one that is not.
    if (answer !== undefined)
      return this.#attempt(1, (...outcome) => queueMicrotask(() => answer(...outcome)));
    return new Promise((resolve, reject) => {
      this.#attempt(1, (error, client) => (client === undefined ? reject(error as Error) : resolve(client)));
    });
  }

  #attempt(count: number, answer: ConnectCallback): void {
    const refuse = (error: Error): void => answer(error, undefined, () => undefined);
    if (this.#isPaused()) {
      const message = 'the last attempt to connect failed a moment ago';
      return refuse(new ConnectPausedError(message, { cause: this.#failure }));
    }
    const isProbe = this.#failure !== undefined && this.idleCount === 0;
    this.#probing ||= isProbe;
    const host = this.#route.current;
    super.connect((error, client) => {
      if (isProbe) this.#probing = false;
      if (client !== undefined) {
        if (isProbe) this.#failure = undefined;
        guardRelease(client);
        return answer(undefined, client, (reason) => client.release(reason));
      }
      const failure = error as Error;
      if (isQueueTimeout(failure)) return refuse(failure);
      this.#route.leave(host);
      if (count < this.#route.size) return this.#attempt(count + 1, answer);
      // The last of the hosts has failed as well.
      this.#failure = failure;
      this.#pausedUntil = performance.now() + RETRY_AFTER_MS;
      refuse(failure);
    });
  }

  /** One attempt tells whether the server is back; nobody else tries before that, or before it is time. */
  #isPaused(): boolean {
    if (this.#failure === undefined || this.idleCount > 0) return false;
    return this.#probing || performance.now() < this.#pausedUntil;
  }
}

/** pg-pool's words for a full pool: no connection came free in time, which says nothing about the server. */
export function isQueueTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}

function routedClient(route: HostRoute): typeof pg.Client {
  return class RoutedClient extends pg.Client {
    constructor(options: pg.ClientConfig) {
      // pg-pool hides the password from whoever copies or prints its options.
      super({ ...options, password: options.password, ...route.current });
    }
  };
}

function refusesStandby(timeoutMs: number | undefined): (client: pg.ClientBase) => void {
  const query = { text: 'SELECT pg_is_in_recovery() AS standby', query_timeout: timeoutMs };
  const refuseStandby = async (client: pg.ClientBase): Promise<void> => {
    const { rows } = await client.query<{ standby: boolean }>(query);
    if (rows[0]?.standby !== false) throw new StandbyError();
  };
  // pg-pool waits for the promise; its types don't say so.
  return refuseStandby as (client: pg.ClientBase) => void;
}

/** `readyForQuery` is not in pg's types; a test holds it to what is relied on here. */
type ReadyClient = pg.PoolClient & { readonly readyForQuery: boolean };

function guardRelease(client: pg.PoolClient): void {
  const release = client.release.bind(client) as Release;
  client.release = (error) => {
    if (error !== undefined && error !== false && !isAnswered(error)) return release(error);
    if ((client as ReadyClient).readyForQuery) return release(isIdle(client) ? undefined : dirty());
    // The server answered with an error and has yet to say that it is ready again.
    if (error === undefined) return release(dirty());
    const settle = (): void => {
      clearTimeout(timer);
      client.off('drain', settle).off('end', settle);
      release((client as ReadyClient).readyForQuery && isIdle(client) ? undefined : dirty());
    };
    const timer = setTimeout(settle, READY_WITHIN_MS);
    client.once('drain', settle).once('end', settle);
  };
}

function isAnswered(error: Error | boolean): boolean {
  return sqlStateOf(error) !== undefined && !isConnectionLoss(error);
}

/** `null` is a connection that has not been asked anything yet. */
function isIdle(client: pg.PoolClient): boolean {
  const status = client.getTransactionStatus();
  return status === 'I' || status === null;
}

function dirty(): Error {
  return new Error('the connection was given back with an open transaction or an outstanding answer');
}
