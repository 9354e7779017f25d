import type { JsonObject } from '@test-coordinator/domain';

import { experimentReport, isExperiment } from './chaostoolkit-experiment.js';
import { isJournal, journalReport } from './chaostoolkit-journal.js';
import { ctrfReport, isCtrf } from './ctrf-report.js';
import { ImportWarnings } from '../mapping/import-warnings.js';
import { objectOf, objectsOf } from '../source/json-access.js';
import { junitReport } from './junit-report.js';
import { kubernetesReport } from './kubernetes-report.js';
import type { ParsedReport, ReadReportOptions } from '../mapping/parsed-report.js';
import type { ReadContext } from '../mapping/read-context.js';
import { ReportRefusedError } from '../source/report-refused-error.js';
import type { ReportText } from '../source/report-source.js';
import { parseSafeJson, type SafeDocument } from '../source/safe-json.js';
import { parseSafeYaml } from '../source/safe-yaml.js';
import { zoneOffset } from '../mapping/timestamp.js';

/** Largest JSON text, in characters: it is read as a whole, and takes about ten times its size while it is. */
export const MAX_JSON_CHARACTERS = 32 * 1_024 * 1_024;
/** Largest YAML text. YAML here is written by hand, and reads slowly: 2 MB of small maps take 11 s. */
export const MAX_YAML_CHARACTERS = 512 * 1_024;

const KNOWN =
  'known are Chaos Toolkit journals (JSON) and experiments (JSON or YAML), JUnit XML, CTRF (JSON), and Litmus and Chaos Mesh resources (YAML or JSON)';

/**
 * Reads a source as the reports it holds: one, or one for each known document of a multi-document YAML. The format is
 * recognised by content, never by name. @throws ReportRefusedError
 */
export async function readReports(
  source: ReportText,
  options: ReadReportOptions,
  now: Date,
): Promise<readonly ParsedReport[]> {
  const { zone = 'UTC', ...rest } = options;
  const contextFor = (warnings: ImportWarnings): ReadContext => ({
    ...rest,
    zone: zoneOffset(zone),
    now,
    warnings,
  });
  const first = source.head.trimStart()[0];
  if (first === undefined) throw new ReportRefusedError('UNKNOWN_FORMAT', 'the source is empty');
  if (first === '<') return [await junitReport(source, contextFor(new ImportWarnings()))];
  const isJson = first === '{' || first === '[';
  const text = await collected(
    source.chunks,
    isJson ? MAX_JSON_CHARACTERS : MAX_YAML_CHARACTERS,
    isJson ? 'JSON' : 'YAML',
  );
  const documents = isJson ? [parseSafeJson(text)] : parseSafeYaml(text);
  return reportsOf(documents.flatMap(listed), contextFor);
}

async function collected(chunks: AsyncIterable<string>, limit: number, kind: string): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) {
      throw new ReportRefusedError(
        'TOO_LARGE',
        `the ${kind} is longer than ${limit} characters, which is the limit for ${kind}`,
      );
    }
    parts.push(chunk);
  }
  return parts.join('');
}

/** A Kubernetes `List` holds documents as a multi-document YAML does. */
function listed(document: SafeDocument): readonly SafeDocument[] {
  const object = objectOf(document.value);
  if (object?.['kind'] !== 'List') return [document];
  return objectsOf(object['items']).map((value) => ({ value, bigIntegers: document.bigIntegers }));
}

function reportsOf(
  documents: readonly SafeDocument[],
  contextFor: (warnings: ImportWarnings) => ReadContext,
): readonly ParsedReport[] {
  const reports: ParsedReport[] = [];
  let unknown = 0;
  for (const { value, bigIntegers } of documents) {
    const warnings = new ImportWarnings();
    for (const path of bigIntegers) warnings.addAt('integers beyond 2^53 are kept as text', path);
    const object = objectOf(value);
    const report = object === undefined ? undefined : reportOf(object, contextFor(warnings));
    if (report === undefined) unknown += 1;
    else reports.push(report);
  }
  const [first, ...others] = reports;
  if (first === undefined) {
    throw new ReportRefusedError(
      'UNKNOWN_FORMAT',
      `the content is of no format that is known here; ${KNOWN}`,
    );
  }
  if (unknown === 0) return reports;
  return [
    {
      ...first,
      warnings: [
        ...first.warnings,
        `${unknown} more documents of the file are of no known format and were left out`,
      ],
    },
    ...others,
  ];
}

function reportOf(document: JsonObject, context: ReadContext): ParsedReport | undefined {
  if (isJournal(document)) return journalReport(document, context);
  if (isCtrf(document)) return ctrfReport(document, context);
  if (isExperiment(document)) return experimentReport(document, context.warnings);
  return kubernetesReport(document, context);
}
