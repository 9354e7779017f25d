import type { RetentionOptions, RetentionReport } from '@test-coordinator/adapter-postgres';
import type { Logger } from '@test-coordinator/ports';

import type { Settings } from '../settings/setting-table.js';
import type { AdapterFactory } from './adapter-factory.js';

const HOUR_MS = 3_600_000;

/** Deletes what is older than the settings keep it. `undefined` when records are in memory: they go with the process. */
export async function applyRetention(
  factory: AdapterFactory,
  settings: Settings,
  options: RetentionOptions = {},
): Promise<RetentionReport | undefined> {
  if (settings.store === 'memory') return undefined;
  const { PostgresAdapter } = await import('@test-coordinator/adapter-postgres');
  return factory.findAdapter(PostgresAdapter)?.retention.apply(
    {
      testRunsDays: settings.testRunsRetentionDays,
      chaosEventsDays: settings.chaosEventsRetentionDays,
      testResultsDays: settings.testResultsRetentionDays,
      scenariosDays: settings.scenariosRetentionDays,
    },
    options,
  );
}

/** Applies the retention at once and then every hour, until it is disposed of; what fails is told and tried again. */
export class RetentionTimer implements AsyncDisposable {
  readonly #timer: NodeJS.Timeout;
  readonly #stop = new AbortController();
  #turn: Promise<void>;

  constructor(
    private readonly factory: AdapterFactory,
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {
    this.#turn = this.#apply();
    this.#timer = setInterval(() => {
      this.#turn = this.#turn.then(() => this.#apply());
    }, HOUR_MS).unref();
  }

  async #apply(): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    try {
      const gone = await applyRetention(this.factory, this.settings, { signal });
      if (gone === undefined || gone.runs + gone.children + gone.scenarios === 0) return;
      const { runs, children, scenarios } = gone;
      this.logger.info({ runs, children, scenarios }, 'deleted what is older than the settings keep it');
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ reason }, 'could not delete what is old; it is tried again in an hour');
    }
  }

  /** Stops between two batches. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#turn;
  }
}
