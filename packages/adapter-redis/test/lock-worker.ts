// A process that takes a lock again and again, says so, waits to be told to go on, and then writes, without another look.
import { createRedisAdapter } from '@test-coordinator/adapter-redis';

import { outcomeOf } from './opened-adapter.js';
import type { WorkerReport } from './worker-process.js';

const [url = '', keyPrefix = '', resource = '', ttlMs = ''] = process.argv.slice(2);
const WAIT_MS = 30_000;

function tell(report: WorkerReport): void {
  process.send!(report);
}

function told(): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => resolve());
  });
}

process.on('disconnect', () => process.exit());
const adapter = createRedisAdapter({ settings: { url, keyPrefix, poolSize: 1 } });
await adapter.start();
const { executionLocks } = adapter.ports;
for (;;) {
  const request = { owner: `worker ${process.pid}`, ttlMs: Number(ttlMs), waitMs: WAIT_MS };
  const lease = await executionLocks.acquire(resource, request);
  const { fence } = lease;
  tell({ kind: 'holds', fence });
  await told();
  tell({ kind: 'writes', fence, isSure: !lease.signal.aborted, renewal: await outcomeOf(lease.renew()) });
  await told();
  await lease[Symbol.asyncDispose]();
}
