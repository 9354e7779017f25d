import type { ApiClient } from './api-client.js';
import type { Asked } from './check-history.js';

const SAMPLE = 8;
const STATUSES = ['passed', 'failed', 'skipped', 'error'] as const;

type Counts = Record<(typeof STATUSES)[number], number>;

interface ToldReport {
  readonly results: Counts;
  readonly passRate: { readonly rate: number | null; readonly passed: number; readonly failed: number };
}

/** Holds the reports of a few runs, as the coordinator makes them, to what was acknowledged of these runs. */
export async function checkReports(
  api: ApiClient,
  history: Pick<Asked, 'creations'>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [runId, counts] of sample(certainRuns(history))) {
    const reply = await api.call('GET', `/api/v1/runs/${runId}/report?format=json`);
    const told =
      reply.kind === 'done' ? (reply.body as { reports: readonly ToldReport[] }).reports[0] : undefined;
    const { passed, failed } = counts;
    const expected = {
      ...counts,
      rate: passed + failed === 0 ? null : passed / (passed + failed),
    };
    const found = told && {
      ...Object.fromEntries(STATUSES.map((status) => [status, told.results[status]])),
      rate: told.passRate.rate,
    };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      problems.push(
        `report of run ${runId}: ${JSON.stringify(found ?? reply)}, not ${JSON.stringify(expected)}`,
      );
  }
  return problems;
}

/** The runs of which it is known what they hold. */
function certainRuns({ creations }: Pick<Asked, 'creations'>): readonly (readonly [string, Counts])[] {
  const runs = new Map<string, Counts>();
  for (const { kind, id, outcome } of creations)
    if (kind === 'run' && outcome === 'acknowledged')
      runs.set(id!, { passed: 0, failed: 0, skipped: 0, error: 0 });
  for (const { kind, runId, status, outcome } of creations) {
    if (kind !== 'result' || runId === undefined) continue;
    const counts = runs.get(runId);
    if (outcome === 'unknown') runs.delete(runId);
    else if (outcome === 'acknowledged' && counts !== undefined) counts[status as keyof Counts] += 1;
  }
  return [...runs];
}

/** Spread over all of the time. */
function sample<Entry>(entries: readonly Entry[]): readonly Entry[] {
  const step = Math.max(1, Math.floor(entries.length / SAMPLE));
  return entries.filter((_, index) => index % step === 0).slice(0, SAMPLE);
}
