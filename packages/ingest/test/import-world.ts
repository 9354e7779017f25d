import { createStubAdapter, type StubAdapter } from '@test-coordinator/adapter-stub';
import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import {
  importReport,
  type ImportOptions,
  type ImportReport,
  type ReportEntry,
} from '@test-coordinator/ingest';

/** The time at which every import of a test happens. */
export const IMPORTED_AT = new Date('2026-04-01T12:00:00Z');

/** A store of its own for one test, and imports into it. */
export interface ImportWorld {
  readonly ports: StubAdapter['ports'];
  importText(content: string | object | Uint8Array, options?: Partial<ImportOptions>): Promise<ImportReport>;
  /** The only entry of an import. */
  importOne(content: string | object | Uint8Array, options?: Partial<ImportOptions>): Promise<ReportEntry>;
  /** Everything that is stored, to see that nothing changed. */
  stored(): Promise<StoredRecords>;
}

export interface StoredRecords {
  readonly scenarios: readonly Scenario[];
  readonly runs: readonly TestRun[];
  readonly events: readonly ChaosEvent[];
  readonly results: readonly TestResult[];
}

export async function openWorld(): Promise<ImportWorld> {
  const clock = { now: (): Date => new Date(IMPORTED_AT) };
  const adapter = createStubAdapter({ clock });
  await adapter.start();
  const { ports } = adapter;
  const importText: ImportWorld['importText'] = (content, options = {}) =>
    importReport(ports.unitOfWork, bytesOf(content), { clock, ...options });
  return {
    ports,
    importText,
    async importOne(content, options) {
      const { reports } = await importText(content, options);
      if (reports.length !== 1) throw new Error(`one report was expected, there are ${reports.length}`);
      return reports[0]!;
    },
    async stored() {
      const page = { limit: 1_000 };
      return {
        scenarios: (await ports.scenarios.find({}, page)).items,
        runs: (await ports.testRuns.find({}, page)).items,
        events: (await ports.chaosEvents.find({}, page)).items.toReversed(),
        results: (await ports.testResults.find({}, page)).items.toReversed(),
      };
    },
  };
}

/** Imports into a world of its own and answers with the entry and with what was stored. */
export async function imported(
  content: string | object | Uint8Array,
  options?: Partial<ImportOptions>,
): Promise<{ entry: ReportEntry } & StoredRecords> {
  const world = await openWorld();
  const entry = await world.importOne(content, options);
  return { entry, ...(await world.stored()) };
}

function bytesOf(content: string | object | Uint8Array): Uint8Array {
  if (content instanceof Uint8Array) return content;
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}
