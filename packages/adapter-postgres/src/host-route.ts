import type { Host } from './connection-target.js';

/** A host that answered but takes no writes: a standby, or one that is being promoted. */
export class StandbyError extends Error {
  override readonly name = 'StandbyError';
  constructor() {
    super('the server is a standby');
  }
}

/**
 * Which of several hosts new connections go to: the same one until it fails, then the next. pg knows one host only, and
 * `target_session_attrs` not at all.
 */
export class HostRoute {
  #index = 0;

  constructor(private readonly hosts: readonly Host[]) {}

  get size(): number {
    return this.hosts.length;
  }

  get current(): Host {
    return this.hosts[this.#index]!;
  }

  /** Gives up `host`; nothing happens when somebody has already, so that ten failures are one step. */
  leave(host: Host): void {
    if (host === this.current) this.#index = (this.#index + 1) % this.hosts.length;
  }
}
