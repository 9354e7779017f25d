import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { importReport, type ReportEntry } from '@test-coordinator/ingest';
import { Clock } from '@test-coordinator/ports';

import type { AdapterFactory } from '../composition/adapter-factory.js';
import { EXIT, UsageError, type Command, type Host } from './command.js';
import { parsed } from './parsed-arguments.js';
import { printReports, readFormat, type ReportFormat } from './printed-reports.js';
import { ProgressBar } from './progress-bar.js';
import { withDataLayer } from './short-command.js';

const OPTIONS = {
  format: { type: 'string' },
  zone: { type: 'string' },
  environment: { type: 'string' },
} as const;
const STDIN = '-';

interface ImportArguments {
  readonly files: readonly string[];
  readonly format: ReportFormat;
  readonly zone: string | undefined;
  readonly environment: string | undefined;
}

/** Records files one after the other, each whole or not at all, and prints one report of all on stdout. */
export const importCommand: Command = {
  async run(args, host) {
    const asked = readArguments(args);
    return withDataLayer(host, async (factory, settings) => {
      if (!factory.storage.isDurable)
        host.stderr.write(`Note: records are kept ${factory.storage.detail}.\n`);
      const entries: ReportEntry[] = [];
      try {
        return await importFiles(asked, { factory, host, maxBytes: settings.httpImportLimitBytes }, entries);
      } finally {
        // Also when the store went away on the way: what was recorded until then is told.
        printReports(entries, asked.format, host);
      }
    });
  },
};

function readArguments(args: readonly string[]): ImportArguments {
  const { values, positionals: files } = parsed(() =>
    parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
  );
  if (files.length === 0) throw new UsageError('import needs the files to import; - is stdin.');
  return { files, format: readFormat(values.format), zone: values.zone, environment: values.environment };
}

interface ImportTools {
  readonly factory: AdapterFactory;
  readonly host: Host;
  readonly maxBytes: number;
}

async function importFiles(
  { files, zone, environment }: ImportArguments,
  { factory, host, maxBytes }: ImportTools,
  entries: ReportEntry[],
): Promise<number> {
  let code: number = EXIT.done;
  const bar = new ProgressBar(host.stderr, await totalBytes(files));
  try {
    for (const file of files) {
      bar.begin(file);
      try {
        const source = file === STDIN ? host.stdin : createReadStream(resolve(file));
        const { reports } = await importReport(factory.getUnitOfWork(), source as AsyncIterable<Buffer>, {
          clock: factory.get(Clock),
          fileName: file === STDIN ? STDIN : basename(file),
          zone,
          environment,
          maxBytes,
          onProgress: (bytes) => bar.move(bytes),
        });
        entries.push(...reports);
        if (reports.some(({ outcome }) => outcome === 'refused')) code = EXIT.badInput;
      } catch (error) {
        const problem = fileProblem(error);
        if (problem === undefined) throw error;
        bar.clear();
        host.stderr.write(`${file}: ${problem}\n`);
        code = EXIT.badInput;
      }
    }
  } finally {
    bar.clear();
  }
  return code;
}

/** Of all the files, for the bar; a file that cannot be read is told about when its turn comes. */
async function totalBytes(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    files.map(async (file) => (file === STDIN ? 0 : ((await stat(file).catch(() => undefined))?.size ?? 0))),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder: name the files in it',
  EACCES: 'this user may not read it',
  ENOTDIR: 'there is no such file',
  ENAMETOOLONG: 'the name is too long',
};

function fileProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return FILE_PROBLEMS[String(error.code)] ?? `cannot be read (${String(error.code)})`;
}
