import { expect } from 'chai';
import { gzipSync } from 'node:zlib';

import {
  readReportSource,
  ReportRefusedError,
  type ReportBytes,
  type ReportSourceOptions,
} from '@test-coordinator/ingest';

async function textOf(source: ReportBytes, options?: ReportSourceOptions): Promise<string> {
  const opened = await readReportSource(source, options);
  let text = '';
  for await (const chunk of opened.chunks) text += chunk;
  return text;
}

async function refusalOf(source: ReportBytes, options?: ReportSourceOptions): Promise<ReportRefusedError> {
  try {
    await textOf(source, options);
  } catch (error) {
    if (error instanceof ReportRefusedError) return error;
    throw error;
  }
  throw new Error('the source was read');
}

async function hashOf(source: Uint8Array): Promise<string> {
  const opened = await readReportSource(source);
  for await (const chunk of opened.chunks) expect(chunk).to.not.equal('');
  return opened.contentHash();
}

const TEXT = '{"title":"Börse 取引所 😀"}';
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('Sources of reports', () => {
  describe('Given a text in an encoding that is read', () => {
    const sources: Readonly<Record<string, Uint8Array>> = {
      'UTF-8': Buffer.from(TEXT),
      'UTF-8 with a mark': Buffer.from(`\ufeff${TEXT}`),
      'UTF-16 little endian with a mark': Buffer.from(`\ufeff${TEXT}`, 'utf16le'),
      'UTF-16 big endian with a mark': utf16be(`\ufeff${TEXT}`),
      'UTF-16 little endian without a mark': Buffer.from(TEXT, 'utf16le'),
      'UTF-16 big endian without a mark': utf16be(TEXT),
      gzip: gzipSync(TEXT),
      'gzip of UTF-16': gzipSync(Buffer.from(`\ufeff${TEXT}`, 'utf16le')),
    };
    for (const [name, bytes] of Object.entries(sources)) {
      it(`When it is ${name}, Then the text and the content hash are the same`, async () => {
        expect(await textOf(bytes)).to.equal(TEXT);
        expect(await hashOf(bytes)).to.equal(await hashOf(Buffer.from(TEXT)));
      });
    }

    it('When a stream cuts characters in half, Then they are put together again', async () => {
      async function* bytewise(): AsyncGenerator<Uint8Array> {
        for (const byte of Buffer.from(TEXT)) yield Uint8Array.of(byte);
      }
      expect(await textOf(bytewise())).to.equal(TEXT);
    });

    it('When XML declares latin1, Then it is decoded so', async () => {
      const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><testsuites name="Börse"/>';
      expect(await textOf(Buffer.from(xml, 'latin1'))).to.equal(xml);
    });

    it('When it is empty, Then it is an empty text', async () => {
      expect(await textOf(new Uint8Array())).to.equal('');
    });
  });

  describe('Given bytes that are no text that is read here', () => {
    const sources: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
      'binary junk': [Buffer.from([1, 0, 0, 0, 7, 9]), /binary/],
      'a NUL deep in a text': [Buffer.from(`${'x'.repeat(200_000)}\0`), /binary/],
      'invalid UTF-8': [Buffer.from([0x7b, 0xff, 0xfe, 0x22]), /not valid UTF-8/],
      'UTF-8 that ends in half a character': [Buffer.from(TEXT).subarray(0, 12), /not valid UTF-8/],
      'UTF-32': [Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /UTF-32/],
      'XML in another encoding': [Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><a/>'), /Shift_JIS/],
      'a zip archive': [Buffer.from('PK\u0003\u0004rest'), /zip/],
      'gzip in gzip': [gzipSync(gzipSync(TEXT)), /gzip inside gzip/],
    };
    for (const [name, [bytes, message]] of Object.entries(sources)) {
      it(`When it is ${name}, Then it is refused`, async () => {
        const refusal = await refusalOf(bytes);
        expect(refusal.code).to.equal('UNSUPPORTED_ENCODING');
        expect(refusal.message).to.match(message);
      });
    }

    it('When gzip is cut off or damaged, Then it is malformed', async () => {
      const packed = gzipSync('x'.repeat(100_000));
      expect(await refusalOf(packed.subarray(0, packed.length - 20))).to.include({
        code: 'MALFORMED',
        message: 'the gzip data is cut off before its end',
      });
      packed[packed.length - 6]! ^= 0xff;
      expect((await refusalOf(packed)).code).to.equal('MALFORMED');
    });
  });

  describe('Given a limit', () => {
    it('When the source is larger, Then it is refused; when it is as large, Then it is read', async () => {
      expect((await refusalOf(Buffer.alloc(11, 'x'), { maxBytes: 10 })).code).to.equal('TOO_LARGE');
      expect(await textOf(Buffer.alloc(10, 'x'), { maxBytes: 10 })).to.have.length(10);
    });

    it('When a small gzip grows beyond it, Then reading stops at the limit', async () => {
      const bomb = gzipSync(Buffer.alloc(32 * 1_024 * 1_024, 'x'), { level: 9 });
      expect(bomb.length).to.be.below(40_000);
      const opened = await readReportSource(bomb, { maxBytes: 1_048_576 });
      let read = 0;
      let refusal: unknown;
      try {
        for await (const chunk of opened.chunks) read += chunk.length;
      } catch (error) {
        refusal = error;
      }
      expect(refusal).to.be.instanceOf(ReportRefusedError).and.include({ code: 'TOO_LARGE' });
      expect(read).to.be.at.most(1_048_576);
    });
  });

  describe('Given a stream', () => {
    it('When it is read, Then progress tells the bytes as they came', async () => {
      const packed = gzipSync(Buffer.alloc(500_000, 'x'));
      const told: number[] = [];
      await textOf(packed, { onProgress: (bytes) => told.push(bytes) });
      expect(told.at(-1)).to.equal(packed.length);
      expect(told).to.deep.equal([...told].sort((one, other) => one - other));
    });

    it('When it is refused early, Then the stream is let go', async () => {
      let isClosed = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield Buffer.alloc(10_000, 0);
        } finally {
          isClosed = true;
        }
      }
      await refusalOf(source());
      expect(isClosed).to.equal(true);
    });

    it('When the caller aborts, Then it rejects with the reason of the signal', async () => {
      const reason = new Error('enough');
      let caught: unknown;
      try {
        await textOf(Buffer.from(TEXT), { signal: AbortSignal.abort(reason) });
      } catch (error) {
        caught = error;
      }
      expect(caught).to.equal(reason);
    });

    it('When the stream itself fails, Then its error comes through, also from inside gzip', async () => {
      const broken = new Error('the disk is gone');
      const packed = gzipSync(
        Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251)),
      );
      async function* source(): AsyncGenerator<Uint8Array> {
        yield packed.subarray(0, 5_000);
        throw broken;
      }
      let caught: unknown;
      try {
        await textOf(source());
      } catch (error) {
        caught = error;
      }
      expect(caught).to.equal(broken);
    });
  });
});
