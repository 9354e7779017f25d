import { randomInt } from 'node:crypto';

import { expect } from 'chai';
import { compileGlob } from '@test-coordinator/ports';
import { RedisServer, SeededRandom } from '@test-coordinator/services';

import { directTo } from './opened-adapter.js';

/** What means something in a pattern, and little else, so that patterns and keys meet. */
const CHARACTERS = 'aabc*?[]^-\\';
const ROUNDS = 50;

const seed = randomInt(2 ** 31);

describe(`Given the patterns of the cache and those of Redis (seed ${seed})`, function () {
  this.timeout(60_000);

  it('When any pattern is tried on any keys, Then both mean the same', async () => {
    const random = new SeededRandom(seed);
    const text = (longest: number): string =>
      Array.from(
        { length: 1 + Math.floor(random.next() * longest) },
        () => CHARACTERS[Math.floor(random.next() * CHARACTERS.length)]!,
      ).join('');
    await using server = await RedisServer.start();
    using direct = directTo(server.url);
    for (let round = 0; round < ROUNDS; round += 1) {
      const keys = [...new Set(Array.from({ length: 25 }, () => text(4)))];
      await direct.flushall();
      await direct.mset(keys.flatMap((key) => [key, '1']));
      for (const pattern of Array.from({ length: 40 }, () => text(6))) {
        const read = (await direct.keys(pattern)).sort();
        expect(keys.filter(compileGlob(pattern)).sort(), pattern).to.deep.equal(read);
      }
    }
  });
});
