import type { JsonValue } from '@test-coordinator/domain';
import { parseAllDocuments, type Document } from 'yaml';

import { ReportRefusedError } from './report-refused-error.js';
import { FORBIDDEN_KEYS, MAX_READ_DEPTH, type SafeDocument } from './safe-json.js';

/** Most times that aliases may be resolved in one document: hand-written files use a few, bombs use millions. */
const MAX_ALIASES = 100;
/** Most values in one text once its aliases are written out. */
const MAX_VALUES = 500_000;

/**
 * Reads every document of a YAML 1.2 text as JSON values, under the rules of `parseSafeJson`. Empty documents are
 * left out. @throws ReportRefusedError
 */
export function parseSafeYaml(text: string): readonly SafeDocument[] {
  const reader = new YamlValues();
  return composed(text)
    .map((document) => reader.read(document))
    .filter(({ value }) => value !== null);
}

function composed(text: string): readonly Document.Parsed[] {
  return parseAllDocuments(text, {
    version: '1.2',
    intAsBigInt: true,
    logLevel: 'silent',
    // The library compares each key with every other: 30,000 keys take 23 s. As in JSON, the last of two wins.
    uniqueKeys: false,
  });
}

class YamlValues {
  #values = 0;
  #bigIntegers: string[] = [];

  read(document: Document.Parsed): SafeDocument {
    const [problem] = document.errors;
    if (problem !== undefined) {
      // The composer recurses, and tells the end of the stack as an error of the document.
      if (problem.message.startsWith('Maximum call stack')) throw tooDeep();
      const line = problem.linePos?.[0].line ?? 1;
      // The library quotes the text after the first line of its message; a text may hold secrets.
      const reason = problem.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
      throw new ReportRefusedError('MALFORMED', `line ${line}: this is not YAML: ${reason}`);
    }
    this.#bigIntegers = [];
    const value = this.#json(plainValue(document), '', 1);
    return { value, bigIntegers: this.#bigIntegers };
  }

  #json(value: unknown, path: string, depth: number): JsonValue {
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      throw new ReportRefusedError('TOO_LARGE', `the YAML holds more than ${MAX_VALUES} values`);
    }
    if (depth > MAX_READ_DEPTH) throw tooDeep();
    if (typeof value === 'bigint') return this.#integer(value, path);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new ReportRefusedError(
        'UNSAFE',
        `${path}: a number is larger than any number can be, or is none`,
      );
    }
    if (value === undefined) return null;
    if (typeof value !== 'object' || value === null) return value as JsonValue;
    if (Array.isArray(value))
      return value.map((item, index) => this.#json(item, `${path}[${index}]`, depth + 1));
    return this.#object(value, path, depth);
  }

  #object(object: object, path: string, depth: number): JsonValue {
    const copy: Record<string, JsonValue> = {};
    for (const [key, member] of Object.entries(object)) {
      const place = path === '' ? key.slice(0, 80) : `${path}.${key.slice(0, 80)}`;
      if (FORBIDDEN_KEYS.has(key))
        throw new ReportRefusedError('UNSAFE', `${place}: the key ${key} is not allowed`);
      if (!key.isWellFormed() || key.includes('\0')) {
        throw new ReportRefusedError(
          'UNSAFE',
          `${path || 'the document'}: a key holds a NUL or half a surrogate pair`,
        );
      }
      copy[key] = this.#json(member, place, depth + 1);
    }
    return copy;
  }

  #integer(value: bigint, path: string): JsonValue {
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value);
    const digits = value.toString();
    if (digits.length > 309)
      throw new ReportRefusedError('UNSAFE', `${path}: a number is larger than any number can be`);
    if (this.#bigIntegers.length < 20) this.#bigIntegers.push(path);
    return digits;
  }
}

function plainValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    throw new ReportRefusedError(
      'UNSAFE',
      'the YAML resolves aliases too often, or names one that is not there',
    );
  }
}

function tooDeep(): ReportRefusedError {
  return new ReportRefusedError('TOO_LARGE', `the document is nested deeper than ${MAX_READ_DEPTH} levels`);
}
