import { jsonProblem, type JsonObject, type JsonValue } from '@test-coordinator/domain';
import { maskSecrets } from '@test-coordinator/ports';

import { present } from './parsed-result.js';
import type { ReportFormat } from './parsed-report.js';
import { maskDocument } from './mask-document.js';
import { cutText, escapedText, needsEscape } from './stored-text.js';

/** Most of a raw document that is kept as a document, in bytes of JSON; a whole snapshot may have 1 MiB. */
const MAX_SOURCE_BYTES = 512 * 1_024;
/** What is kept of a larger or deeper one, as text. */
const MAX_SOURCE_TEXT = 65_536;
/** Levels that the snapshot puts around a document. */
const WRAPPED: (document: JsonValue) => JsonValue = (document) => ({ source: { document } });

/** A raw document that is kept beside what was made of it: whole where it fits, else the beginning of its text. */
export interface StoredDocument {
  readonly document?: JsonObject;
  readonly text?: string;
  readonly truncated: boolean;
  /** Places whose text is escaped because no store holds it as it is; see `escapedText`. */
  readonly escaped?: readonly string[];
}

export function storedDocument(document: JsonObject): StoredDocument {
  const escaped: string[] = [];
  const masked = withoutHostileText(maskDocument(document), '', escaped) as JsonObject;
  const marks = escaped.length > 0 ? { escaped: escaped.slice(0, 100) } : {};
  const json = JSON.stringify(masked);
  if (Buffer.byteLength(json) <= MAX_SOURCE_BYTES && jsonProblem(WRAPPED(masked)) === undefined) {
    return { document: masked, truncated: false, ...marks };
  }
  return { text: cutText(json, MAX_SOURCE_TEXT), truncated: true, ...marks };
}

/** The beginning of a raw text that is no JSON. `complete` tells whether `text` is all of it. */
export function storedText(text: string, complete: boolean): StoredDocument {
  return { text: maskSecrets(text), truncated: !complete };
}

/** The raw document with its format, name and content hash, as `configurationSnapshot.source`. */
export function sourceRecord(
  format: ReportFormat,
  fileName: string | undefined,
  contentHash: string,
  stored: StoredDocument,
): JsonObject {
  const name = fileName?.replace(/^.*[/\\]/, '');
  return { ...present({ format, fileName: name, sha256: contentHash }), ...stored };
}

/** A masked document as a scenario's configuration. */
export function storedConfiguration(document: JsonObject): JsonObject {
  const { document: whole, text, truncated } = storedDocument(document);
  return whole ?? { truncated, text: text ?? '' };
}

function withoutHostileText(value: JsonValue, path: string, escaped: string[]): JsonValue {
  if (typeof value === 'string') {
    if (!needsEscape(value)) return value;
    escaped.push(path.slice(0, 200));
    return escapedText(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item, index) =>
      withoutHostileText(item, `${path}[${index}]`, escaped),
    );
  }
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, member]) => [
      key,
      withoutHostileText(member, path === '' ? key : `${path}.${key}`, escaped),
    ]),
  );
}
