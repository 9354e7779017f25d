import type { JsonValue } from '@test-coordinator/domain';

import { ReportRefusedError } from './report-refused-error.js';

/** Deepest nesting that is read. What is stored as a document is held to the domain's 32; deeper parts are kept as text. */
export const MAX_READ_DEPTH = 100;

/** Keys that would reach an object's prototype when a reader merges the document into another object. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const BLANK = /[ \t\n\r]*/y;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export interface SafeDocument {
  readonly value: JsonValue;
  /** Paths of integers beyond ±(2^53 − 1), which are kept as text; at most 20. */
  readonly bigIntegers: readonly string[];
}

/**
 * Reads JSON with what `JSON.parse` lacks: a depth limit, no keys that reach a prototype, no number that turns into
 * Infinity (`1e131000` is eight characters that come back from a store as 131,008), integers beyond 2^53 kept exactly,
 * as text, and errors that name the line. @throws ReportRefusedError
 */
export function parseSafeJson(text: string): SafeDocument {
  return new JsonReader(text).document();
}

class JsonReader {
  #at = 0;
  readonly #path: (string | number)[] = [];
  readonly #bigIntegers: string[] = [];

  constructor(private readonly text: string) {}

  document(): SafeDocument {
    const value = this.#value();
    this.#skipBlank();
    if (this.#at < this.text.length) this.#malformed('more text follows after the end of the document');
    return { value, bigIntegers: this.#bigIntegers };
  }

  #value(): JsonValue {
    this.#skipBlank();
    const sign = this.text[this.#at];
    switch (sign) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      case undefined:
      default:
        return this.#number();
    }
  }

  #object(): JsonValue {
    this.#enter();
    const object: Record<string, JsonValue> = {};
    if (!this.#closes('}')) {
      do {
        this.#skipBlank();
        if (this.text[this.#at] !== '"') this.#malformed('expected a key in double quotes');
        const key = this.#string();
        if (FORBIDDEN_KEYS.has(key)) {
          throw new ReportRefusedError('UNSAFE', `${this.#place()}: the key ${key} is not allowed`);
        }
        if (!key.isWellFormed() || key.includes('\0')) {
          throw new ReportRefusedError(
            'UNSAFE',
            `${this.#place()}: a key holds a NUL or half a surrogate pair`,
          );
        }
        this.#skipBlank();
        if (this.text[this.#at] !== ':') this.#malformed('expected a colon after the key');
        this.#at += 1;
        this.#path.push(key);
        object[key] = this.#value();
        this.#path.pop();
      } while (this.#goesOn('}'));
    }
    this.#path.pop();
    return object;
  }

  #array(): JsonValue {
    this.#enter();
    const array: JsonValue[] = [];
    if (!this.#closes(']')) {
      do {
        this.#path.push(array.length);
        array.push(this.#value());
        this.#path.pop();
      } while (this.#goesOn(']'));
    }
    this.#path.pop();
    return array;
  }

  /** Path entries come in pairs (an opened container, and the place in it), so the length tells the depth. */
  #enter(): void {
    this.#at += 1;
    this.#path.push('');
    if (this.#path.length > 2 * MAX_READ_DEPTH) {
      throw new ReportRefusedError(
        'TOO_LARGE',
        `the document is nested deeper than ${MAX_READ_DEPTH} levels`,
      );
    }
  }

  #closes(bracket: string): boolean {
    this.#skipBlank();
    if (this.text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #goesOn(bracket: string): boolean {
    if (this.#closes(bracket)) return false;
    if (this.text[this.#at] !== ',') this.#malformed(`expected a comma or ${bracket}`);
    this.#at += 1;
    return true;
  }

  #string(): string {
    const { text } = this;
    let value = '';
    this.#at += 1;
    for (;;) {
      const start = this.#at;
      PLAIN_TEXT.lastIndex = start;
      PLAIN_TEXT.test(text);
      this.#at = PLAIN_TEXT.lastIndex;
      value += text.slice(start, this.#at);
      const sign = text[this.#at];
      if (sign === '"') {
        this.#at += 1;
        return value;
      }
      if (sign !== '\\') this.#malformed('a text is not closed, or holds a raw control character');
      value += this.#escape();
    }
  }

  #escape(): string {
    const sign = this.text[this.#at + 1] ?? '';
    if (sign === 'u') {
      const digits = this.text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9A-Fa-f]{4}$/.test(digits)) this.#malformed('a \\u escape needs four hexadecimal digits');
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const short = SHORT_ESCAPES[sign];
    if (short === undefined) this.#malformed('an escape in a text is not known');
    this.#at += 2;
    return short;
  }

  #number(): JsonValue {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.text);
    if (match === null) this.#malformed('expected a value');
    this.#at = NUMBER.lastIndex;
    const value = Number(match[0]);
    if (!Number.isFinite(value)) {
      throw new ReportRefusedError('UNSAFE', `${this.#place()}: a number is larger than any number can be`);
    }
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    if (this.#bigIntegers.length < 20) this.#bigIntegers.push(this.#place());
    return match[0];
  }

  #word(word: string, value: JsonValue): JsonValue {
    if (!this.text.startsWith(word, this.#at)) this.#malformed('expected a value');
    this.#at += word.length;
    return value;
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at;
    BLANK.test(this.text);
    this.#at = BLANK.lastIndex;
  }

  #place(): string {
    let place = '';
    for (let index = 1; index < this.#path.length; index += 2) {
      const step = this.#path[index]!;
      place += typeof step === 'number' ? `[${step}]` : `${place === '' ? '' : '.'}${step.slice(0, 80)}`;
    }
    return place === '' ? 'the document' : place;
  }

  #malformed(problem: string): never {
    const before = this.text.slice(0, this.#at);
    const line = before.split('\n').length;
    const column = this.#at - before.lastIndexOf('\n');
    const cutOff = this.#at >= this.text.length;
    throw new ReportRefusedError(
      'MALFORMED',
      cutOff
        ? `the JSON is cut off: it ends at line ${line}, column ${column}, before the document is complete`
        : `line ${line}, column ${column}: this is not JSON: ${problem}`,
    );
  }
}
