import { createPostgresAdapter } from '@test-coordinator/adapter-postgres';

import { eventually, refusalOf } from './fault-worlds.js';

// A process whose connections are lent while its server dies: `outages.spec.ts` starts it.
const adapter = createPostgresAdapter({ settings: { url: process.argv[2]!, queryTimeoutMs: 5_000 } });
await adapter.start();
const unit = adapter.ports.unitOfWork.run(async ({ testRuns }) => {
  await testRuns.getRecentRuns();
  process.send?.('holding');
  for (;;) await testRuns.getRecentRuns();
});
const code = await refusalOf(unit);
await eventually(() => adapter.ports.testRuns.getRecentRuns());
process.send?.(`${code}, then answered`);
process.once('message', () => {
  void adapter.stop().then(() => process.disconnect());
});
