import { UUID_V7, UuidV7Generator } from '@test-coordinator/domain';
import { expect } from 'chai';

describe('UUIDv7 generator', () => {
  it('Given one millisecond, when many ids are minted, then each is a UUIDv7 of that time and sorts after the one before', () => {
    const time = Date.UTC(2026, 2, 1);
    const generator = new UuidV7Generator(() => time);
    let last = '';
    for (let index = 0; index < 10_000; index += 1) {
      const id = generator.next();
      expect(id).to.match(UUID_V7);
      expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).to.equal(time);
      expect(id > last).to.equal(true);
      last = id;
    }
  });

  it('Given a clock that steps back, when ids are minted, then they still rise', () => {
    const times = [1_000_000, 1_000_500, 999_000, 1_000_501];
    const generator = new UuidV7Generator(() => times.shift()!);
    const ids = [generator.next(), generator.next(), generator.next(), generator.next()];
    expect([...ids].sort()).to.deep.equal(ids);
  });

  it('Given two generators with one clock, when both mint, then their ids differ', () => {
    const time = Date.UTC(2026, 2, 1);
    const mint = (): string[] => {
      const generator = new UuidV7Generator(() => time);
      return Array.from({ length: 1_000 }, () => generator.next());
    };
    expect(new Set([...mint(), ...mint()]).size).to.equal(2_000);
  });
});
