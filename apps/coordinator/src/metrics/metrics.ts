import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { FINAL_RUN_STATUSES, type RunStatus, type TestResult, type TestRun } from '@test-coordinator/domain';

import type { ObserveCall } from './observed-port.js';

const PREFIX = 'test_coordinator_';
/** From a read that is cached to one that runs into its time limit. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Why a metric is left out of one answer: what it is read from did not answer in time. */
const COLLECT_MS = 1_000;

/** Numbers that are read when they are asked for, each under the labels' values. */
export type Readings = readonly {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}[];

/** What Prometheus reads of this process. Every label has a bounded number of values: no id, no name of a user's. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #operations: Histogram<'operation' | 'outcome'>;
  readonly #runs: Counter<'status'>;
  readonly #results: Counter<'type' | 'status'>;

  constructor(version: string) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: `${PREFIX}info`,
      help: 'Which version this is; always 1',
      labelNames: ['version'],
      registers,
    }).set({ version }, 1);
    this.#requests = new Histogram({
      name: `${PREFIX}http_request_duration_seconds`,
      help: 'Answered HTTP requests by route',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.#operations = new Histogram({
      name: `${PREFIX}operation_duration_seconds`,
      help: 'Calls of the ports by method and outcome (ok, or the code of the error)',
      labelNames: ['operation', 'outcome'],
      buckets: SECONDS,
      registers,
    });
    this.#runs = new Counter({
      name: `${PREFIX}runs_completed_total`,
      help: 'Runs that callers of this process completed, or recorded as completed, by status',
      labelNames: ['status'],
      registers,
    });
    this.#results = new Counter({
      name: `${PREFIX}results_recorded_total`,
      help: 'Results that callers of this process recorded, by assertion type and status',
      labelNames: ['type', 'status'],
      registers,
    });
  }

  #count({ assertionType, status }: TestResult): void {
    this.#results.inc({ type: assertionType, status });
  }

  #countRun({ status }: TestRun): void {
    if (isFinal(status)) this.#runs.inc({ status });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A call that is made again, with the same id, counts again: these say what was asked for, and the store what there is. */
  readonly observeCall: ObserveCall = ({ operation, outcome, seconds, answer, stored = [] }) => {
    this.#operations.observe({ operation, outcome }, seconds);
    for (const { assertionType, status, count } of stored)
      this.#results.inc({ type: assertionType, status }, count);
    if (outcome !== 'ok') return;
    switch (operation) {
      // A report of another tool tells of a run that is over.
      case 'testRuns.create':
      case 'testRuns.completeRun':
      case 'testRuns.recordCompletion':
      case 'testRuns.updateStatus':
        return this.#countRun(answer as TestRun);
      case 'testResults.create':
        return this.#count(answer as TestResult);
      case 'testResults.bulkCreate':
        for (const result of answer as readonly TestResult[]) this.#count(result);
    }
  };

  /** @param route As it is declared, with the names of its parameters; absent for what is no route. */
  observeRequest(method: string, route: string | undefined, status: number, seconds: number): void {
    this.#requests.observe({ method, route: route ?? 'none', status: String(status) }, seconds);
  }

  /** A number that goes up and down, read anew for every answer. One that cannot be read is left out of it. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Readings | Promise<Readings>,
  ): void {
    const gauge = new Gauge({
      name: PREFIX + name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      async collect() {
        gauge.reset();
        // Without labels it would be 0 again, which is a reading.
        gauge.remove({});
        for (const { labels, value } of await inTime(read)) gauge.set({ ...labels }, value);
      },
    });
  }

  /** A number that only goes up, which is counted elsewhere and read anew for every answer. */
  counter(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Readings | Promise<Readings>,
  ): void {
    const counter = new Counter({
      name: PREFIX + name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      async collect() {
        counter.reset();
        counter.remove({});
        for (const { labels, value } of await inTime(read)) counter.inc({ ...labels }, value);
      },
    });
  }

  /** All of it in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function isFinal(status: RunStatus): boolean {
  return FINAL_RUN_STATUSES.some((final) => final === status);
}

async function inTime(read: () => Readings | Promise<Readings>): Promise<Readings> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<Readings>((resolve) => {
    timer = setTimeout(() => resolve([]), COLLECT_MS);
  });
  try {
    return await Promise.race([read(), silence]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
