import type { JsonObject, JsonValue, RunStatus } from '@test-coordinator/domain';
import { maskSecrets } from '@test-coordinator/ports';

import { Activity } from './chaostoolkit-activity.js';
import { journalEvents } from './chaostoolkit-events.js';
import { hypothesisOf, isExperiment, scenarioOf } from './chaostoolkit-experiment.js';
import { exceptionOf, journalResults } from './chaostoolkit-results.js';
import { kindOfAction } from './fault-table.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { numberOf, objectOf, objectsOf, textOf } from '../source/json-access.js';
import type { ParsedReport, ParsedResult } from '../mapping/parsed-report.js';
import { millisecondsOf, present } from '../mapping/parsed-result.js';
import type { ReadContext } from '../mapping/read-context.js';
import { checkedNothing, runTimes } from '../mapping/run-facts.js';
import { documentHash } from '../mapping/scenario-identity.js';
import { sourceRecord, storedDocument } from '../mapping/stored-document.js';
import { nameText } from '../mapping/stored-text.js';
import { parseTimestamp } from '../mapping/timestamp.js';

/** Activities that the execution log of one run holds. */
const MAX_LOG_ENTRIES = 200;

const STATUSES: Readonly<Record<string, RunStatus>> = {
  completed: 'passed',
  failed: 'failed',
  aborted: 'error',
  interrupted: 'cancelled',
};

export function isJournal(document: JsonObject): boolean {
  const experiment = objectOf(document['experiment']);
  const executed = ['run', 'steady_states', 'chaoslib-version', 'status'].some(
    (key) => document[key] !== undefined,
  );
  return experiment !== undefined && executed && isExperiment(experiment);
}

/** The run that a Chaos Toolkit journal tells of. Its times are UTC where they name no offset. */
export function journalReport(journal: JsonObject, context: ReadContext): ParsedReport {
  const { warnings } = context;
  const experiment = objectOf(journal['experiment']) ?? {};
  const scenario = scenarioOf(experiment, warnings);
  const dry = dryRunOf(experiment, warnings);
  const times = timesOf(journal, warnings);
  const results = journalResults(journal, experiment, {
    warnings,
    fallbackTime: times.completedAt ?? times.startedAt ?? context.now,
    probesRan: dry.probesRan,
  });
  const events = dry.actionsRan ? journalEvents(journal, warnings) : [];
  const status = statusOf(journal, warnings);
  const unverified =
    status === 'passed' && (hypothesisOf(experiment) === undefined || checkedNothing(results));
  const contentHash = documentHash(journal);
  const configuration = objectOf(experiment['configuration']);
  const environment =
    context.environment ??
    textOf(configuration?.['environment']) ??
    textOf(configuration?.['test_environment']);
  return {
    format: 'chaostoolkit-journal',
    scenario,
    run: {
      externalId: `chaostoolkit:${contentHash}`,
      contentHash,
      status,
      ...times,
      testEnvironment: environment === undefined ? null : nameText(environment, 'the test environment', 200),
      errorMessage: reasonOf(journal, status, results),
      unverified,
      configurationSnapshot: {
        source: sourceRecord('chaostoolkit-journal', context.fileName, contentHash, storedDocument(journal)),
        times: present({ start: journal['start'], end: journal['end'], duration: journal['duration'] }),
        platform: present({
          node: journal['node'],
          platform: journal['platform'],
          chaoslibVersion: journal['chaoslib-version'],
        }),
        executionLog: executionLogOf(journal, warnings),
      },
      events,
      results,
    },
    warnings: warnings.list(),
  };
}

function timesOf(journal: JsonObject, warnings: ImportWarnings): ReturnType<typeof runTimes> {
  const read = (key: string): Date | null => {
    const text = textOf(journal[key]);
    const time = text === undefined ? undefined : parseTimestamp(text);
    if (text !== undefined && time === undefined)
      warnings.add(`the journal's ${key} is no time that can be read`);
    return time ?? null;
  };
  const durationMs = millisecondsOf(numberOf(journal['duration']));
  return runTimes({ startedAt: read('start'), completedAt: read('end'), durationMs }, warnings);
}

/** A deviation decides, whatever the status says: both occur together in real journals. */
function statusOf(journal: JsonObject, warnings: ImportWarnings): RunStatus {
  const told = textOf(journal['status']);
  const status = STATUSES[told ?? ''];
  if (told === undefined)
    warnings.add('the journal tells no status: the experiment was cut off, the run is an error');
  else if (status === undefined)
    warnings.add('the journal tells a status that is not known: the run is an error');
  if (journal['deviated'] !== true) return status ?? 'error';
  if (status !== 'failed') {
    warnings.add(
      `the journal says ${STATUSES[told ?? ''] === undefined ? 'no known status' : told} and deviated: a deviation is a failure`,
    );
  }
  return 'failed';
}

function reasonOf(journal: JsonObject, status: RunStatus, results: readonly ParsedResult[]): string | null {
  if (status === 'passed') return null;
  const states = objectOf(journal['steady_states']);
  const missed = (phase: string): string | undefined => {
    if (objectOf(states?.[phase])?.['steady_state_met'] !== false) return undefined;
    const miss = results.find(
      (result) =>
        result.metadata?.['phase'] === phase && (result.status === 'failed' || result.status === 'error'),
    );
    const how = miss?.status === 'error' ? 'could not be checked' : 'was out of tolerance';
    return miss?.name == null ? '' : `: ${miss.name} ${how}`;
  };
  const after = missed('after');
  if (journal['deviated'] === true)
    return `the system deviated from its steady state${after ?? missed('during') ?? ''}`;
  const before = missed('before');
  if (before !== undefined) return `the steady state did not hold before the method${before}`;
  if (after !== undefined) return `the steady state did not hold after the method${after}`;
  const broken = [...objectsOf(journal['run']), ...objectsOf(journal['rollbacks'])].find(
    (entry) => entry['status'] === 'failed',
  );
  const name =
    broken === undefined ? '' : `, ${new Activity(objectOf(broken['activity']) ?? {}).name} failed`;
  return nameText(
    `Chaos Toolkit ended it as ${textOf(journal['status']) ?? 'unknown'}${name}`,
    'the status',
    1_000,
  );
}

/** A dry run executes probes, actions or neither; what it lists was not done. */
function dryRunOf(
  experiment: JsonObject,
  warnings: ImportWarnings,
): { probesRan: boolean; actionsRan: boolean } {
  const dry = experiment['dry'];
  const all = dry === true || dry === 'activities';
  const probesRan = !all && dry !== 'probes';
  const actionsRan = !all && dry !== 'actions';
  if (!probesRan) warnings.add('a dry run: no probe was executed, so nothing was checked');
  if (!actionsRan) warnings.add('a dry run: no action was executed, so no fault was injected');
  return { probesRan, actionsRan };
}

/** Every activity that was executed, faults and others, with its controls' traces and exceptions left to the source. */
function executionLogOf(journal: JsonObject, warnings: ImportWarnings): readonly JsonValue[] {
  const log: JsonValue[] = [];
  for (const phase of ['run', 'rollbacks']) {
    for (const [index, entry] of objectsOf(journal[phase]).entries()) {
      const activity = new Activity(objectOf(entry['activity']) ?? {});
      const exception = exceptionOf(entry);
      log.push(
        present({
          phase: phase === 'run' ? 'method' : 'rollbacks',
          index,
          type: textOf(activity.document['type']),
          name: nameText(activity.name, 'the name of an activity', 200),
          operation: activity.operation.slice(0, 200),
          kind: activity.isAction ? kindOfAction(activity).kind : undefined,
          status: textOf(entry['status']),
          startedAt: textOf(entry['start']),
          endedAt: textOf(entry['end']),
          exception:
            exception === undefined ? undefined : maskSecrets(exception.split('\n').at(-1)!).slice(0, 500),
        }),
      );
      if (entry['status'] === 'failed')
        warnings.addAt('an activity of the method or the rollbacks failed', activity.name);
    }
  }
  if (log.length > MAX_LOG_ENTRIES)
    warnings.add(`the execution log holds the first ${MAX_LOG_ENTRIES} of ${log.length} activities`);
  return log.slice(0, MAX_LOG_ENTRIES);
}
