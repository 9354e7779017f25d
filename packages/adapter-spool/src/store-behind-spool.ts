import type { AdapterHealth, AdapterLifecycle } from '@test-coordinator/ports';

import type { SpoolAdapter } from './spool-adapter.js';

/**
 * The life of a store that has a spool before it. One that is taken to be away is not asked how it is: when it hangs, that
 * would take longer than those who ask whether this process is ready are willing to wait.
 */
export class StoreBehindSpool implements AdapterLifecycle {
  constructor(
    private readonly name: string,
    private readonly store: AdapterLifecycle,
    private readonly spool: SpoolAdapter,
  ) {}

  start(): Promise<void> {
    return this.store.start();
  }

  stop(): Promise<void> {
    return this.store.stop();
  }

  async checkHealth(): Promise<AdapterHealth> {
    if (!this.spool.isStoreAway) return this.store.checkHealth();
    const detail = 'is away; it is tried twice a second';
    return { name: this.name, status: 'down', latencyMs: 0, detail };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
