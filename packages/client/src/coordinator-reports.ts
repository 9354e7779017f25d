import type { Readable } from 'node:stream';

import type { ImportReport } from '@test-coordinator/ingest';
import { checkOneOf, checkUuid, type CallOptions } from '@test-coordinator/ports';

import { fieldsOf, listIn } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';
import type { Freshness } from './freshness.js';

/** What an import may be told of its file. */
export interface ImportFileOptions extends CallOptions {
  /** Told in the report; names the scenario of a JUnit file that has no name. */
  readonly fileName?: string | undefined;
  /** Zone of JUnit times without an offset, such as `+01:00`. @default UTC */
  readonly zone?: string | undefined;
  /** The environment that was tested. */
  readonly environment?: string | undefined;
}

const TEXT_FORMATS = ['markdown', 'text'] as const;
/** The members of a report that are times; no other text of it is read as one. */
const TIMES: ReadonlySet<string> = new Set(['startedAt', 'completedAt', 'injectedAt']);

/** Reports of runs, and imports of other tools' files: what the API has beside the ports. */
export class CoordinatorReports {
  readonly #calls: CoordinatorCalls;
  readonly #freshness: Freshness;

  constructor(calls: CoordinatorCalls, freshness: Freshness) {
    this.#calls = calls;
    this.#freshness = freshness;
  }

  /** The report of a recorded run. Codes: `INVALID_ARGUMENT`; `NOT_FOUND`. */
  getRunReport(runId: string, options?: CallOptions): Promise<ImportReport> {
    return this.#calls.ask('getRunReport', options, () => about(runId), readReport);
  }

  /** The same report for people. Codes as `getRunReport`. */
  async getRunReportText(
    runId: string,
    format: (typeof TEXT_FORMATS)[number],
    options?: CallOptions,
  ): Promise<string> {
    const ask = (): Asked => {
      checkOneOf(format, TEXT_FORMATS, 'format');
      return { ...about(runId), query: { format }, headers: { accept: 'text/markdown, text/plain' } };
    };
    const reply = await this.#calls.reply('getRunReport', options, ask);
    this.#freshness.tell(reply.text, reply, 'getRunReport');
    return reply.text;
  }

  /**
   * Records what a file of another tool says, gzip or not, and tells what was recorded; a file that was imported before
   * changes nothing. A stream is read once and so not sent again. Codes: `INVALID_ARGUMENT` for a file that is refused.
   */
  importReport(
    file: string | Uint8Array | Readable,
    { fileName, zone, environment, ...options }: ImportFileOptions = {},
  ): Promise<ImportReport> {
    const ask = (): Asked => ({
      file,
      query: { fileName, zone, environment },
      headers: { 'content-type': 'application/octet-stream' },
    });
    return this.#calls.ask('importReport', options, ask, readReport);
  }
}

function about(runId: string): Asked {
  checkUuid(runId, 'runId');
  return { path: { runId }, entity: 'run', id: runId };
}

/** Frozen, with its times as Dates. */
function readReport(json: unknown): ImportReport {
  listIn(fieldsOf(json)['reports']).forEach(fieldsOf);
  const report = withTimes(json);
  return report as ImportReport;
}

function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(withTimes));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    TIMES.has(name) && typeof member === 'string' ? new Date(member) : withTimes(member),
  ]);
  return Object.freeze(Object.fromEntries(members));
}
