import { SaxesParser } from 'saxes';

import { ReportRefusedError } from './report-refused-error.js';

/** Deepest nesting of elements, most attributes of one, and longest piece of text or markup between two tags. */
const MAX_DEPTH = 64;
const MAX_ATTRIBUTES = 200;
const MAX_PIECE = 8 * 1_024 * 1_024;

export interface XmlHandler {
  /** `name` is without a namespace prefix; `attributes` as written. */
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(): void;
}

/**
 * Reads XML 1.0 piece by piece and holds no more of it than one tag or text. Refuses document types and entities before
 * they mean anything, nesting and sizes over the limits, and text that is not XML; the message names the line.
 * @throws ReportRefusedError
 */
export async function readXml(chunks: AsyncIterable<string>, handler: XmlHandler): Promise<void> {
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  let attributes = 0;
  let piece = 0;
  let ended = false;

  parser.on('doctype', () => {
    throw new ReportRefusedError(
      'UNSAFE',
      'the XML has a document type (DTD); reports need none, and it is not read',
    );
  });
  parser.on('opentagstart', () => {
    attributes = 0;
    depth += 1;
    if (depth > MAX_DEPTH) {
      throw new ReportRefusedError(
        'TOO_LARGE',
        `line ${parser.line}: elements are nested deeper than ${MAX_DEPTH} levels`,
      );
    }
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > MAX_ATTRIBUTES) {
      throw new ReportRefusedError(
        'TOO_LARGE',
        `line ${parser.line}: an element has more than ${MAX_ATTRIBUTES} attributes`,
      );
    }
  });
  parser.on('opentag', ({ name, attributes: values }) => {
    piece = 0;
    handler.open(localName(name), values);
  });
  parser.on('closetag', () => {
    piece = 0;
    depth -= 1;
    handler.close();
  });
  const text = (value: string): void => {
    piece = 0;
    handler.text(value);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('error', (error) => {
    throw refusal(error.message, ended);
  });

  for await (const chunk of chunks) {
    piece += chunk.length;
    parser.write(chunk);
    if (piece > MAX_PIECE) {
      throw new ReportRefusedError(
        'TOO_LARGE',
        `line ${parser.line}: one tag or text is longer than ${MAX_PIECE} characters`,
      );
    }
  }
  ended = true;
  parser.close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function refusal(message: string, ended: boolean): ReportRefusedError {
  const [, line = '1', reason = message] = /^(\d+):\d+: ([\s\S]*)$/.exec(message) ?? [];
  if (ended) {
    return new ReportRefusedError(
      'MALFORMED',
      `the XML is cut off: it ends at line ${line}, before the document is complete`,
    );
  }
  if (reason === 'undefined entity.') {
    return new ReportRefusedError(
      'UNSAFE',
      `line ${line}: an entity that XML itself does not define; entities are not read`,
    );
  }
  if (reason === 'disallowed character.' || reason === 'malformed character entity.') {
    return new ReportRefusedError('MALFORMED', `line ${line}: a character that XML 1.0 does not allow`);
  }
  return new ReportRefusedError(
    'MALFORMED',
    `line ${line}: this is not XML: ${reason.slice(0, 200).replace(/\.$/, '')}`,
  );
}
