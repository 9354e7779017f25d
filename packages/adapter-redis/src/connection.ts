import { Command, type Cluster, type Redis } from 'ioredis';

import { SentCommand, type CommandArguments } from './sent-command.js';

export type RedisClient = Redis | Cluster;

/** How long a connection may still speak after its oldest command was given up. */
const GRACE_MS = 50;
/** How long a client that the driver gave up is left alone. */
const REOPEN_MS = 100;

/**
 * One client of the pool. Of the commands of one turn of the event loop, those behind the first are written at once. All
 * have the same time limit, and one timer ends what is overdue.
 */
export class Connection {
  /** In no order. A Set that much is added to and taken from costs the collector more than the commands do. */
  readonly #underWay: SentCommand[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    readonly client: RedisClient,
    private readonly limitMs: number,
  ) {
    client.on('end', () => this.#reopen());
  }

  /** How many commands are under way. */
  get load(): number {
    return this.#underWay.length;
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** Rejects with the driver's error, at the latest when the time is over. */
  send<Answer>(
    name: string,
    values: CommandArguments,
    answered: (reply: unknown) => Answer,
    failed: (error: unknown) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const command = new SentCommand(
      name,
      values,
      performance.now() + this.limitMs,
      this.#underWay.length === 0,
    );
    command.place = this.#underWay.push(command) - 1;
    if (this.#timer === undefined) this.#wakeAfter(this.limitMs);
    this.client.sendCommand(command);
    return command.promise.then(
      (reply: unknown) => {
        this.#forget(command);
        return answered(reply);
      },
      (error: unknown) => {
        this.#forget(command);
        return failed(error);
      },
    );
  }

  /** As `send`, with the reply as it is. */
  ask<Reply>(name: string, values: CommandArguments): Promise<Reply> {
    return this.send(
      name,
      values,
      (reply) => reply as Reply,
      (error) => {
        throw error;
      },
    );
  }

  close(): void {
    this.#isClosed = true;
    this.client.disconnect();
  }

  /**
   * ioredis 6.0.0 ends a client for good when it hears of a failover while it asks the sentinels for the master: the
   * failover detector of the connection before breaks off the new one.
   */
  #reopen(): void {
    setTimeout(() => {
      if (this.#isClosed || this.client.status !== 'end') return;
      this.client.connect().catch(() => undefined);
    }, REOPEN_MS).unref();
  }

  #forget({ place }: SentCommand): void {
    const last = this.#underWay.pop()!;
    if (place === this.#underWay.length) return;
    this.#underWay[place] = last;
    last.place = place;
  }

  #wakeAfter(delayMs: number): void {
    // After a stall of the process the replies are there, but Node looks at its timers first.
    this.#timer = setTimeout(() => setImmediate(() => this.#giveUpOverdue()), delayMs).unref();
  }

  #giveUpOverdue(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    let nextMs = Infinity;
    let isOverdue = false;
    for (const command of this.#underWay) {
      if (command.dueMs > nowMs) {
        nextMs = Math.min(nextMs, command.dueMs);
      } else {
        command.reject(new Error('Command timed out'));
        isOverdue = true;
      }
    }
    if (nextMs !== Infinity) this.#wakeAfter(nextMs - nowMs);
    if (isOverdue) for (const node of this.#nodes()) giveUpSilent(node);
  }

  /** With their sockets, in a cluster of all nodes. */
  #nodes(): readonly Redis[] {
    return 'nodes' in this.client ? this.client.nodes('all') : [this.client];
  }
}

/**
 * Gives a socket up, with what is under way on it, whose oldest command was given up and that goes on saying nothing: it
 * may be dead, and each further command would run into the time limit again. What does end by it is told so a little
 * after the limit, so that those whose limit is the same are told of that.
 */
function giveUpSilent(node: Redis): void {
  const oldest = node.commandQueue.peekFront()?.command;
  if (!(oldest instanceof Command) || !oldest.isSettled) return;
  const { stream } = node;
  const { bytesRead } = stream;
  setTimeout(() => {
    if (stream.bytesRead === bytesRead) stream.destroy(new Error('Socket timeout'));
  }, GRACE_MS).unref();
}
