import type { AssertionType, JsonObject, ResultStatus, RunStatus } from '@test-coordinator/domain';

import { assertionTypeOfName, UNKNOWN_ASSERTION } from '../mapping/assertion-type.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { objectOf, objectsOf, textOf } from '../source/json-access.js';
import { resourceName } from './kubernetes-resource.js';
import { scenarioTypeOfExperiments } from './litmus-fault.js';
import type { ParsedReport, ParsedResult } from '../mapping/parsed-report.js';
import { parsedResult } from '../mapping/parsed-result.js';
import type { ReadContext } from '../mapping/read-context.js';
import { checkedNothing } from '../mapping/run-facts.js';
import { documentHash, scenarioIdOf } from '../mapping/scenario-identity.js';
import { sourceRecord, storedDocument } from '../mapping/stored-document.js';
import { nameText } from '../mapping/stored-text.js';
import { parseTimestamp } from '../mapping/timestamp.js';

const VERDICTS: Readonly<Record<string, RunStatus>> = {
  pass: 'passed',
  fail: 'failed',
  stopped: 'cancelled',
  awaited: 'running',
  error: 'error',
};

/** The run that a ChaosResult tells of. It tells no times of its faults, so no chaos event is recorded. */
export function chaosResultReport(document: JsonObject, context: ReadContext): ParsedReport {
  const { warnings, now } = context;
  const spec = objectOf(document['spec']) ?? {};
  const metadata = objectOf(document['metadata']) ?? {};
  const state = objectOf(document['status']) ?? {};
  const experimentStatus = objectOf(state['experimentStatus']) ?? objectOf(state['experimentstatus']) ?? {};
  const engine = textOf(spec['engine']) ?? resourceName(document);
  const experiment = textOf(spec['experiment']) ?? resourceName(document);
  const name = nameText(engine === experiment ? engine : `${engine}: ${experiment}`, 'spec.engine', 200);
  const created = parseTimestamp(textOf(metadata['creationTimestamp']) ?? '');
  const results = probeResults(state, created ?? now, warnings);
  const verdict = textOf(experimentStatus['verdict']) ?? '';
  const status = VERDICTS[verdict.toLowerCase()] ?? 'error';
  if (VERDICTS[verdict.toLowerCase()] === undefined)
    warnings.add('the verdict is not known: the run is an error');
  if (status === 'running')
    warnings.add(
      'the result was exported before there was a verdict (Awaited): the run is recorded as running',
    );
  warnings.add('a ChaosResult tells no times: no start, no chaos event and no recovery time is recorded');
  checkProbeShare(experimentStatus, results, warnings);
  const failStep = textOf(experimentStatus['failStep']);
  const contentHash = documentHash(document);
  return {
    format: 'litmus',
    scenario: {
      scenarioId: scenarioIdOf(name, {
        format: 'litmus',
        namespace: metadata['namespace'] ?? null,
        engine,
        experiment,
      }),
      name,
      scenarioType: scenarioTypeOfExperiments([experiment], warnings),
    },
    run: {
      externalId: `litmus:${contentHash}`,
      contentHash,
      status,
      startedAt: null,
      completedAt: null,
      durationMs: null,
      testEnvironment: context.environment ?? null,
      errorMessage:
        status === 'passed' || failStep === undefined || failStep === 'N/A'
          ? null
          : nameText(failStep, 'failStep', 1_000),
      unverified: status === 'passed' && checkedNothing(results),
      configurationSnapshot: {
        source: sourceRecord('litmus', context.fileName, contentHash, storedDocument(document)),
      },
      events: [],
      results,
    },
    warnings: warnings.list(),
  };
}

/** Probes of Litmus 3 carry one verdict, those of Litmus 2 a verdict for each step, with a sign behind the word. */
function probeResults(state: JsonObject, time: Date, warnings: ImportWarnings): readonly ParsedResult[] {
  return objectsOf(state['probeStatuses'] ?? state['probeStatus']).map((probe, index) => {
    const status = objectOf(probe['status']) ?? {};
    const verdict = textOf(status['verdict']);
    const told =
      verdict === undefined ? Object.values(status).flatMap((step) => textOf(step) ?? []) : [verdict];
    const name = textOf(probe['name']) ?? '(unnamed)';
    const type = textOf(probe['type']) ?? '';
    const result = statusOf(told);
    return parsedResult(
      {
        name,
        assertionType: assertionTypeOf(type, name, warnings),
        expected: 'Passed',
        actual: told.join(', '),
        status: result,
        verificationTime: time,
        errorDetails: result === 'passed' ? undefined : textOf(status['description']),
        metadata: { index, probeType: type, mode: textOf(probe['mode']), rawStatus: verdict },
        correlation: { place: `probe:${index}` },
      },
      warnings,
    );
  });
}

function statusOf(told: readonly string[]): ResultStatus {
  if (told.some((word) => /^fail/i.test(word))) return 'failed';
  return told.length > 0 && told.every((word) => /^pass/i.test(word)) ? 'passed' : 'skipped';
}

function assertionTypeOf(type: string, name: string, warnings: ImportWarnings): AssertionType {
  const known =
    type === 'httpProbe'
      ? 'availability'
      : (assertionTypeOfName(name) ?? (type === 'k8sProbe' ? 'service_health' : undefined));
  if (known === undefined) warnings.addAt(UNKNOWN_ASSERTION, name);
  return known ?? 'service_health';
}

/** `probeSuccessPercentage` is a text: a number, or Awaited. */
function checkProbeShare(
  experimentStatus: JsonObject,
  results: readonly ParsedResult[],
  warnings: ImportWarnings,
): void {
  const told = Number(textOf(experimentStatus['probeSuccessPercentage']) ?? Number.NaN);
  if (Number.isNaN(told) || results.length === 0) return;
  const share = Math.floor(
    (100 * results.filter(({ status }) => status === 'passed').length) / results.length,
  );
  if (Math.abs(share - told) > 1)
    warnings.add(`the file says that ${told} % of its probes passed; its probes say ${share} %`);
}
