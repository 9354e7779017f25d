import {
  xmlAttributes,
  xmlText,
  markdownTable,
  markdownText,
  visibleText,
} from '@test-coordinator/ingest/text';
import { MAX_NEW_FAILURES, type Outcome, type RuleVerdict, type Verdict } from '@test-coordinator/verdict';

import { assertionText, transitionText } from './assertion-text.js';
import { runFacts } from './run-facts.js';

export const VERDICT_FORMATS = ['text', 'markdown', 'json', 'junit', 'ctrf'] as const;
export type VerdictFormat = (typeof VERDICT_FORMATS)[number];

const WORDS: Readonly<Record<Outcome, string>> = {
  passed: 'PASSED',
  failed: 'FAILED',
  unknown: "CAN'T TELL",
};
const SIGNS: Readonly<Record<Outcome, string>> = { passed: '✅', failed: '❌', unknown: '❔' };
const RENDERERS: Readonly<Record<VerdictFormat, (verdict: Verdict) => string>> = {
  text: asText,
  markdown: asMarkdown,
  json: asJson,
  junit: asJunit,
  ctrf: asCtrf,
};

/** The verdict as text that ends with a line break. */
export function renderVerdict(verdict: Verdict, format: VerdictFormat): string {
  return RENDERERS[format](verdict);
}

function asText(verdict: Verdict): string {
  const { outcome, rules, newFailures } = verdict;
  const width = Math.max(...rules.map(({ rule }) => rule.length));
  const lines = [
    `${WORDS[outcome]}: ${subjectOf(verdict)}`,
    ...rules.map(
      ({ rule, outcome: each, reason }) =>
        `  ${WORDS[each].padEnd(10)}  ${rule.padEnd(width)}  ${visibleText(reason)}`,
    ),
  ];
  if (newFailures.length > 0) {
    lines.push(newFailuresTitle(verdict));
    for (const failure of newFailures)
      lines.push(`  ${visibleText(assertionText(failure.assertion))}  ${transitionText(failure)}`);
  }
  return `${lines.join('\n')}\n`;
}

function asMarkdown(verdict: Verdict): string {
  const { outcome, rules, newFailures, run, baseline } = verdict;
  const blocks = [
    `### ${SIGNS[outcome]} Resilience gate: ${WORDS[outcome]}`,
    markdownText(subjectOf(verdict)),
    markdownTable(
      ['', 'rule', 'reason'],
      rules.map(({ rule, outcome: each, reason }) => [SIGNS[each], rule, markdownText(reason)]),
    ),
  ];
  if (newFailures.length > 0) {
    const rows = newFailures.map((failure) => [
      markdownText(assertionText(failure.assertion)),
      transitionText(failure),
    ]);
    blocks.push(markdownTable([newFailuresTitle(verdict), 'baseline → run'], rows));
  }
  if (run !== null)
    blocks.push(`Run \`${run.runId}\`${baseline === null ? '' : `, baseline \`${baseline.runId}\``}`);
  return `${blocks.join('\n\n')}\n`;
}

function asJson({ scenario, run, baseline, ...verdict }: Verdict): string {
  const told = {
    ...verdict,
    scenarioName: scenario?.name ?? null,
    run: run === null ? null : runFacts(run),
    baseline: baseline === null ? null : runFacts(baseline),
  };
  return `${JSON.stringify(told, undefined, 2)}\n`;
}

/** A suite with a case for each rule; what can't be told is an error. */
function asJunit(verdict: Verdict): string {
  const { rules, judgedAt } = verdict;
  const figures = xmlAttributes({
    name: `gate ${verdict.scenarioId}`,
    tests: rules.length,
    failures: countOf(rules, 'failed'),
    errors: countOf(rules, 'unknown'),
    skipped: 0,
    timestamp: judgedAt.toISOString(),
  });
  const cases = rules.map(({ rule, outcome, reason }) => {
    const attributes = xmlAttributes({ name: rule, classname: `gate.${verdict.scenarioId}`, time: '0.000' });
    if (outcome === 'passed') return `    <testcase${attributes}/>\n`;
    const element = outcome === 'failed' ? 'failure' : 'error';
    const message = xmlAttributes({ message: reason, type: rule });
    return `    <testcase${attributes}>\n      <${element}${message}>${xmlText(reason)}</${element}>\n    </testcase>\n`;
  });
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${figures}>\n  <testsuite${figures}>\n` +
    `${cases.join('')}  </testsuite>\n</testsuites>\n`
  );
}

/** A test for each rule; what can't be told is `other`. */
function asCtrf({ scenarioId, rules, judgedAt }: Verdict): string {
  const start = judgedAt.getTime();
  const status: Readonly<Record<Outcome, string>> = { passed: 'passed', failed: 'failed', unknown: 'other' };
  const results = {
    tool: { name: 'test-coordinator-gate' },
    summary: {
      tests: rules.length,
      passed: countOf(rules, 'passed'),
      failed: countOf(rules, 'failed'),
      pending: 0,
      skipped: 0,
      other: countOf(rules, 'unknown'),
      start,
      stop: start,
    },
    environment: { reportName: `gate ${scenarioId}` },
    tests: rules.map(({ rule, outcome, reason }) => ({
      name: rule,
      status: status[outcome],
      duration: 0,
      message: reason,
    })),
  };
  return `${JSON.stringify({ reportFormat: 'CTRF', specVersion: '0.0.0', results }, undefined, 2)}\n`;
}

function subjectOf({ scenario, scenarioId, run, results }: Verdict): string {
  const name = scenario === null || scenario.name === scenarioId ? '' : ` (${scenario.name})`;
  const subject = visibleText(`scenario ${scenarioId}${name}`);
  if (run === null || results === null) return subject;
  const { passed, failed, error, skipped } = results;
  return `${subject}, run ${run.runId}: ${passed} passed, ${failed} failed, ${error} in error, ${skipped} skipped`;
}

function newFailuresTitle({ newFailures }: Verdict): string {
  return newFailures.length < MAX_NEW_FAILURES
    ? 'new failures'
    : `the first ${MAX_NEW_FAILURES} new failures`;
}

function countOf(rules: readonly RuleVerdict[], wanted: Outcome): number {
  return rules.filter(({ outcome }) => outcome === wanted).length;
}
