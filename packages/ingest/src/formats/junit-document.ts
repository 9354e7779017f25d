import type { ResultStatus } from '@test-coordinator/domain';

import { ReportRefusedError } from '../source/report-refused-error.js';
import { MAX_ERROR_TEXT } from '../mapping/stored-text.js';
import type { XmlHandler } from '../source/xml-stream.js';

/** Most test cases of one file: 250,000 compact records are some 100 MB. */
export const MAX_CASES = 250_000;
/** Most characters of failure texts that one file's records hold together; later texts are cut to `SHORT_DETAILS`. */
const DETAILS_BUDGET = 24 * 1_024 * 1_024;
const SHORT_DETAILS = 500;

/** One test case; a compact record, since a large file has very many. */
export interface JunitCase {
  readonly suite: JunitSuite;
  readonly name: string;
  readonly className: string;
  readonly file: string | undefined;
  readonly line: string | undefined;
  readonly time: string | undefined;
  readonly timestamp: string | undefined;
  /** The property `assertion_type`, whatever it says. */
  readonly givenType: string | undefined;
  /** It has the property `result_id`: a record of its own, and no attempt at another one. */
  readonly isRecord: boolean;
  status: ResultStatus;
  /** What the file calls it, where that is more than the status: `flakyFailure`, `notrun`. */
  readonly rawStatus: string | undefined;
  attempts: number;
  flaky: boolean;
  /** Message, type and text of what decided, or of the last attempt that failed. */
  readonly message: string | undefined;
  readonly type: string | undefined;
  readonly details: string | undefined;
}

export interface JunitSuite {
  /** Names from the top suite down. */
  readonly path: string;
  readonly depth: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a case's children tell of one attempt. */
interface Outcome {
  readonly element: string;
  readonly message: string | undefined;
  readonly type: string | undefined;
  text: string;
}

interface OpenCase {
  readonly attributes: Readonly<Record<string, string>>;
  readonly outcomes: Outcome[];
  givenType: string | undefined;
  isRecord: boolean;
}

const OUTCOMES = new Set([
  'failure',
  'error',
  'skipped',
  'flakyFailure',
  'flakyError',
  'rerunFailure',
  'rerunError',
]);
/** Texts inside an outcome that are no part of it. */
const OUTPUT = new Set(['system-out', 'system-err']);

/** Collects the suites and cases of a JUnit XML document at any depth. */
export class JunitDocument implements XmlHandler {
  readonly root: { name: string; attributes: Readonly<Record<string, string>> } = {
    name: '',
    attributes: {},
  };
  readonly suites: JunitSuite[] = [];
  readonly cases: JunitCase[] = [];
  /** Values of the properties that suites carry and that are asked for here. */
  scenarioType: string | undefined;
  runStatus: string | undefined;
  detailsWereCut = false;
  #details = 0;
  readonly #open: string[] = [];
  readonly #openSuites: JunitSuite[] = [];
  #case: OpenCase | undefined;
  #outcome: Outcome | undefined;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#open.length === 0) this.#openRoot(name, attributes);
    this.#open.push(name);
    if (name === 'testsuite') this.#openSuite(attributes);
    else if (name === 'testcase')
      this.#case = { attributes, outcomes: [], givenType: undefined, isRecord: false };
    else if (name === 'property') this.#readProperty(attributes);
    else if (OUTCOMES.has(name) && this.#case !== undefined && this.#outcome === undefined) {
      this.#outcome = { element: name, message: attributes['message'], type: attributes['type'], text: '' };
      this.#case.outcomes.push(this.#outcome);
    }
  }

  text(text: string): void {
    if (this.#outcome === undefined || OUTPUT.has(this.#open.at(-1)!)) return;
    const room = MAX_ERROR_TEXT - this.#outcome.text.length;
    if (room > 0) this.#outcome.text += text.slice(0, room);
  }

  close(): void {
    const name = this.#open.pop()!;
    if (name === 'testsuite') this.#openSuites.pop();
    else if (name === 'testcase') this.#closeCase();
    else if (this.#outcome?.element === name) this.#outcome = undefined;
  }

  #openRoot(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name !== 'testsuites' && name !== 'testsuite') {
      throw new ReportRefusedError(
        'UNKNOWN_FORMAT',
        `this XML is no JUnit report: its root element is ${name.slice(0, 60)}`,
      );
    }
    this.root.name = attributes['name'] ?? '';
    this.root.attributes = attributes;
  }

  #openSuite(attributes: Readonly<Record<string, string>>): void {
    const above = this.#openSuites.at(-1);
    const name = flat(attributes['name'] ?? '');
    const suite: JunitSuite = {
      path: above === undefined ? name : `${above.path} > ${name}`,
      depth: this.#openSuites.length,
      // A nested suite without a time of its own began with the one around it.
      attributes: {
        ...(above?.attributes['timestamp'] !== undefined && { timestamp: above.attributes['timestamp'] }),
        ...attributes,
      },
    };
    this.#openSuites.push(suite);
    this.suites.push(suite);
  }

  #readProperty({ name, value }: Readonly<Record<string, string>>): void {
    if (name === 'assertion_type' && this.#case !== undefined) this.#case.givenType = value;
    if (name === 'result_id' && this.#case !== undefined) this.#case.isRecord = true;
    if (name === 'run_status' && this.#case === undefined) this.runStatus = value;
    if (name === 'scenario_type' && this.#case === undefined) this.scenarioType = value;
  }

  #closeCase(): void {
    const { attributes, outcomes, givenType, isRecord } = this.#case!;
    this.#case = undefined;
    if (this.cases.length >= MAX_CASES) {
      throw new ReportRefusedError(
        'TOO_LARGE',
        `the file has more than ${MAX_CASES} test cases; split it and import the parts`,
      );
    }
    const verdict = verdictOf(outcomes, attributes['status']);
    const suite = this.#openSuites.at(-1) ?? { path: '', depth: 0, attributes: {} };
    this.cases.push({
      suite,
      name: flat(attributes['name'] ?? ''),
      className: flat(attributes['classname'] ?? attributes['class'] ?? ''),
      file: optionalFlat(attributes['file']),
      line: optionalFlat(attributes['line']),
      time: attributes['time'],
      timestamp: optionalFlat(attributes['timestamp']),
      givenType,
      isRecord,
      status: verdict.status,
      rawStatus: verdict.rawStatus,
      attempts: verdict.attempts,
      flaky: verdict.flaky,
      message: optionalFlat(verdict.told?.message?.slice(0, MAX_ERROR_TEXT)),
      type: optionalFlat(verdict.told?.type?.slice(0, 500)),
      details: this.#withinBudget(verdict.told?.text),
    });
  }

  #withinBudget(text: string | undefined): string | undefined {
    if (text === undefined || text.trim() === '') return undefined;
    const over = this.#details > DETAILS_BUDGET && text.length > SHORT_DETAILS;
    if (over) this.detailsWereCut = true;
    const kept = flat(over ? text.slice(0, SHORT_DETAILS) : text).trim();
    this.#details += kept.length;
    return kept;
  }
}

interface Verdict {
  readonly status: ResultStatus;
  readonly rawStatus: string | undefined;
  readonly attempts: number;
  readonly flaky: boolean;
  readonly told: Outcome | undefined;
}

/** Of several children the worst decides: error, failure, skipped. Reruns count attempts; attributes are not believed. */
function verdictOf(outcomes: readonly Outcome[], statusAttribute: string | undefined): Verdict {
  const first = (element: string): Outcome | undefined =>
    outcomes.find((outcome) => outcome.element === element);
  const earlier = outcomes.filter(({ element }) => /^(flaky|rerun)/.test(element));
  const attempts = earlier.length + 1;
  const decisive = first('error') ?? first('failure');
  if (decisive !== undefined) {
    const status = decisive.element === 'error' ? 'error' : 'failed';
    return { status, rawStatus: undefined, attempts, flaky: false, told: decisive };
  }
  const rerun = outcomes.findLast(({ element }) => element.startsWith('rerun'));
  if (rerun !== undefined)
    return { status: 'failed', rawStatus: rerun.element, attempts, flaky: false, told: rerun };
  const flaky = outcomes.findLast(({ element }) => element.startsWith('flaky'));
  if (flaky !== undefined)
    return { status: 'passed', rawStatus: flaky.element, attempts, flaky: true, told: flaky };
  const skipped = first('skipped');
  if (skipped !== undefined)
    return { status: 'skipped', rawStatus: undefined, attempts, flaky: false, told: skipped };
  const notRun = /^(notrun|disabled)$/i.test(statusAttribute ?? '');
  return {
    status: notRun ? 'skipped' : 'passed',
    rawStatus: notRun ? statusAttribute : undefined,
    attempts,
    flaky: false,
    told: undefined,
  };
}

/** A copy of its own: a slice of a parsed piece would keep the whole piece (64 KiB) in memory. */
function flat(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf8').toString('utf8');
}

function optionalFlat(text: string | undefined): string | undefined {
  return text === undefined ? undefined : flat(text);
}
