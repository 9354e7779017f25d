import { Spool, spooled, type RecordPorts } from '@test-coordinator/adapter-spool';
import type { NewTestResult } from '@test-coordinator/domain';
import { DataAdapterError, systemClock, uuidV7Ids } from '@test-coordinator/ports';

/**
 * `fill <folder> <results>` accepts results of about 8 KB while the store is away; `drain <folder>` lets a store have them.
 * Prints what was done, and the most memory that it took, as JSON.
 */
const [mode, folder, results = '0'] = process.argv.slice(2);
const CALLERS = 64;
let stored = 0;

/** Of a store, what a drain of results calls. */
function storeWith(bulkCreate: (results: readonly NewTestResult[]) => Promise<unknown>): RecordPorts {
  const away = (): Promise<never> => Promise.reject(new DataAdapterError('UNAVAILABLE', 'away'));
  // What the store is asked to tell whether it is back.
  const scenarios = { getById: mode === 'fill' ? away : () => Promise.resolve(null) };
  return { scenarios, testResults: { bulkCreate, create: away } } as unknown as RecordPorts;
}

async function fill(count: number): Promise<void> {
  await using spool = await Spool.open({ folder: folder!, maxBytes: 2 ** 33 });
  const away = storeWith(() => Promise.reject(new DataAdapterError('UNAVAILABLE', 'away')));
  const store = spooled(away, spool);
  await store.start();
  const runId = uuidV7Ids(systemClock).next();
  const accept = async (): Promise<void> => {
    for (let left = count / CALLERS; left > 0; left -= 1) {
      await store.ports.testResults.create({
        runId,
        assertionType: 'latency',
        expectedValue: 'p99 < 250 ms',
        actualValue: 'x'.repeat(8_000),
        status: 'passed',
        verificationTime: systemClock.now(),
      });
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, accept));
  await store.stop();
}

async function drain(): Promise<void> {
  await using spool = await Spool.open({ folder: folder!, maxBytes: 2 ** 33 });
  const store = spooled(
    storeWith((batch) => {
      stored += batch.length;
      return Promise.resolve([]);
    }),
    spool,
  );
  await store.start();
  await store.drained(300_000);
  await store.stop();
}

const start = performance.now();
await (mode === 'fill' ? fill(Number(results)) : drain());
const maxRssMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
process.stdout.write(JSON.stringify({ stored, maxRssMiB, seconds: (performance.now() - start) / 1e3 }));
