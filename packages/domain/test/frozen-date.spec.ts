import { frozenDate } from '@test-coordinator/domain';
import { expect } from 'chai';

describe('Given the times of records', () => {
  const DAY_MS = 86_400_000;
  const LAST = 8_640_000_000_000_000;
  const times = [
    0,
    -1,
    1,
    999,
    DAY_MS - 1,
    DAY_MS,
    -DAY_MS,
    951_782_400_000,
    253_402_300_800_000,
    -LAST,
    LAST,
  ];

  it('When they are written, Then their texts are those of the same Date, of any day, year and millisecond', () => {
    for (let step = 0; step < 2_000; step += 1) times.push(step * 86_461_007 - 70_000_000_000);
    for (const time of times) {
      const date = new Date(time);
      const frozen = frozenDate(date);
      expect(frozen.toISOString()).to.equal(date.toISOString());
      expect(JSON.stringify(frozen)).to.equal(JSON.stringify(date));
    }
  });

  it('When one is no time, Then it is written as that of a Date: null in JSON, and a RangeError otherwise', () => {
    const none = frozenDate(new Date(NaN));
    expect(JSON.stringify({ none })).to.equal('{"none":null}');
    expect(() => none.toISOString()).to.throw(RangeError);
  });
});
