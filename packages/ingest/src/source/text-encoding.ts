import { ReportRefusedError } from './report-refused-error.js';

/** Decodes one text piece by piece; refuses bytes that the encoding does not have. */
interface PieceDecoder {
  decode(bytes: Uint8Array): string;
  end(): string;
}
export interface DetectedEncoding {
  readonly name: string;
  start(): PieceDecoder;
}

/** The names that an XML declaration may give; all others are refused by name. */
const DECLARED = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['iso-8859-1', 'latin1'],
  ['iso8859-1', 'latin1'],
  ['latin1', 'latin1'],
  ['latin-1', 'latin1'],
]);

/**
 * The encoding of a text that starts with `head`: by its byte order mark, by the NULs of UTF-16 without one, by the
 * XML declaration, else UTF-8. @throws ReportRefusedError for every other encoding and for what is no text.
 */
export function detectEncoding(head: Buffer): DetectedEncoding {
  const marked = (...mark: readonly number[]): boolean => mark.every((byte, index) => head[index] === byte);
  if (marked(0xff, 0xfe, 0, 0) || marked(0, 0, 0xfe, 0xff)) refuseEncoding('UTF-32');
  if (marked(0xff, 0xfe)) return unicode('utf-16le');
  if (marked(0xfe, 0xff)) return unicode('utf-16be');
  if (marked(0xef, 0xbb, 0xbf)) return unicode('utf-8');
  if (head.length >= 4 && head[0] !== 0 && head[1] === 0 && head[2] !== 0 && head[3] === 0)
    return unicode('utf-16le');
  if (head.length >= 4 && head[0] === 0 && head[1] !== 0 && head[2] === 0 && head[3] !== 0)
    return unicode('utf-16be');
  if (head.includes(0)) throw notText();
  const declaration = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(
    head.toString('latin1', 0, 400),
  );
  if (declaration === null) return unicode('utf-8');
  const name = declaration[1]!;
  const known = DECLARED.get(name.toLowerCase());
  if (known === undefined) refuseEncoding(name);
  return known === 'latin1' ? latin1 : unicode('utf-8');
}

const latin1: DetectedEncoding = {
  name: 'latin1',
  start: () => ({
    decode: (bytes) =>
      withoutNul(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')),
    end: () => '',
  }),
};

function unicode(name: 'utf-8' | 'utf-16le' | 'utf-16be'): DetectedEncoding {
  return {
    name,
    start() {
      const decoder = new TextDecoder(name, { fatal: true });
      const decode = (bytes?: Uint8Array): string => {
        try {
          return withoutNul(bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }));
        } catch (error) {
          if (error instanceof ReportRefusedError) throw error;
          throw new ReportRefusedError(
            'UNSUPPORTED_ENCODING',
            `the bytes are not valid ${name.toUpperCase()}; save the file as UTF-8 and try again`,
          );
        }
      };
      return { decode, end: () => decode() };
    },
  };
}

/** JSON, XML and YAML write NUL as an escape or not at all: a raw one means that this is no text. */
function withoutNul(text: string): string {
  if (text.includes('\0')) throw notText();
  return text;
}

function notText(): ReportRefusedError {
  return new ReportRefusedError('UNSUPPORTED_ENCODING', 'this is binary data, not a report in text form');
}

function refuseEncoding(name: string): never {
  throw new ReportRefusedError(
    'UNSUPPORTED_ENCODING',
    `the encoding ${name} is not read here; save the file as UTF-8 and try again`,
  );
}
