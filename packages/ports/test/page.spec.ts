import {
  DataAdapterError,
  encodeCursor,
  readPage,
  type KeysetKey,
  type KeysetKind,
} from '@test-coordinator/ports';
import { expect } from 'chai';
import fc from 'fast-check';

describe('Page requests', () => {
  it('Given none, when it is read, then it is the first hundred', () => {
    expect(readPage(undefined, 'id')).to.deep.equal({ limit: 100, offset: 0, after: undefined });
    expect(readPage({}, 'id')).to.deep.equal({ limit: 100, offset: 0, after: undefined });
  });

  for (const request of [
    { limit: 0 },
    { limit: -1 },
    { limit: 1_001 },
    { limit: 1.5 },
    { limit: NaN },
    { limit: '5' },
  ]) {
    it(`Given ${JSON.stringify(request)}, when it is read, then it is refused`, () => {
      expect(() => readPage(request as never, 'id'))
        .to.throw(DataAdapterError, 'limit')
        .with.property('code', 'INVALID_ARGUMENT');
    });
  }

  it('Given an offset, when the list takes none, then it is refused, and taken where it does', () => {
    expect(() => readPage({ offset: 5 } as never, 'id')).to.throw(DataAdapterError, 'offset is not a field');
    expect(readPage({ offset: 5 }, 'timeAndId', true).offset).to.equal(5);
    expect(() => readPage({ offset: -1 }, 'timeAndId', true)).to.throw(DataAdapterError, 'offset');
  });

  it('Given any key, when its cursor is read, then it is that key', () => {
    const keys: fc.Arbitrary<readonly [KeysetKey, KeysetKind]> = fc.oneof(
      fc.string().map((id) => [[id], 'id'] as const),
      fc.tuple(fc.maxSafeInteger(), fc.string()).map((key) => [key, 'timeAndId'] as const),
    );
    fc.assert(
      fc.property(keys, ([key, kind]) => {
        expect(readPage({ cursor: encodeCursor(key) }, kind).after).to.deep.equal(key);
      }),
    );
  });

  const other = encodeCursor([1, 'a']);
  const own = encodeCursor(['a']);
  for (const cursor of [
    '',
    'x',
    '%%%',
    `${own}=`,
    ` ${own}`,
    own.slice(0, -1),
    other,
    'bnVsbA',
    'W10',
    'WzFd',
  ]) {
    it(`Given the cursor "${cursor}", when a list by id reads it, then it is refused`, () => {
      expect(() => readPage({ cursor }, 'id')).to.throw(DataAdapterError, "must be a page's nextCursor");
    });
  }
});
