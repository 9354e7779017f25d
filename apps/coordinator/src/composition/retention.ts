import type { RetentionOptions, RetentionReport } from '@test-coordinator/adapter-postgres';
import { recordedChange } from '@test-coordinator/auditing';
import type { Logger } from '@test-coordinator/ports';

import { AuditWriter } from '../audit/audit-writer.js';
import type { Settings } from '../settings/setting-table.js';
import type { AdapterFactory } from './adapter-factory.js';
import { Recurring } from './recurring.js';

const HOUR_MS = 3_600_000;

/** Deletes what is older than the settings keep it. `undefined` when records are in memory: they go with the process. */
export async function applyRetention(
  factory: AdapterFactory,
  settings: Settings,
  options: RetentionOptions = {},
): Promise<RetentionReport | undefined> {
  if (settings.store === 'memory') return undefined;
  const { PostgresAdapter } = await import('@test-coordinator/adapter-postgres');
  const retention = factory.findAdapter(PostgresAdapter)?.retention;
  const policy = {
    testRunsDays: settings.testRunsRetentionDays,
    chaosEventsDays: settings.chaosEventsRetentionDays,
    testResultsDays: settings.testResultsRetentionDays,
    scenariosDays: settings.scenariosRetentionDays,
  };
  const apply = async (): Promise<RetentionReport | undefined> => retention?.apply(policy, options);
  const trail = factory.findAdapter(AuditWriter)?.trail;
  if (trail === undefined || options.dryRun === true) return apply();
  const said = { action: 'retention.apply', entity: 'retention', after: policy };
  return recordedChange(trail, said, { signal: options.signal }, apply, (gone) => ({
    after: { runs: gone?.runs ?? 0, children: gone?.children ?? 0, scenarios: gone?.scenarios ?? 0 },
  }));
}

/** Applies the retention at once and then every hour, until it is disposed of; what fails is told and tried again. */
export function applyRetentionHourly(
  factory: AdapterFactory,
  settings: Settings,
  logger: Logger,
): AsyncDisposable {
  return new Recurring(HOUR_MS, async (signal) => {
    try {
      const gone = await applyRetention(factory, settings, { signal });
      if (gone === undefined || gone.runs + gone.children + gone.scenarios === 0) return;
      const { runs, children, scenarios } = gone;
      logger.info({ runs, children, scenarios }, 'deleted what is older than the settings keep it');
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn({ reason }, 'could not delete what is old; it is tried again in an hour');
    }
  });
}
