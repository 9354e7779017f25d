import { expect } from 'chai';
import { encodeCursor, type ListRequest } from '@test-coordinator/ports';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';
import { fill, readIds, readPages, type Listing } from './listing.js';

const COUNT = 5;

/** @param canTie Whether two items can be stored at one time: on a manual clock. */
export function pagingGroup(listing: Listing, canTie: boolean): ContractGroup {
  const { order, oldestFirst = false, offsets = false, remove } = listing;
  const upTo = (count: number): readonly string[] => {
    const rising = Array.from({ length: count }, (_, index) => listing.idOf(index + 1));
    return oldestFirst ? rising : rising.reverse();
  };
  const inOrder = upTo(COUNT);
  const filled = (title: string, body: (trial: Trial) => Promise<void>): ContractTest =>
    inWorld(title, async (trial) => {
      await fill(trial, listing, COUNT);
      await body(trial);
    });

  const tests = [
    inWorld('When nothing is stored, Then there is one empty page', async ({ ports }) => {
      await listing.prepare(ports);
      expect(await listing.read(ports)).to.deep.equal({ items: [], nextCursor: null });
    }),
    ...[1, 2, COUNT - 1, COUNT, COUNT + 1].map((limit) =>
      filled(
        `When ${COUNT} items are read ${limit} at a time, Then each comes once, in order, and the last page says so`,
        async ({ ports }) => {
          expect(await readPages(ports, listing, limit)).to.deep.equal(chunks(inOrder, limit));
        },
      ),
    ),
    inWorld('When no limit is named, Then a page has 100 items, and 1000 may be asked for', async (trial) => {
      await fill(trial, listing, 101);
      const page = await listing.read(trial.ports);
      expect(page.items.map((item) => listing.idIn(item))).to.deep.equal(upTo(101).slice(0, 100));
      expect(await readPages(trial.ports, listing, 1_000, page.nextCursor)).to.deep.equal([
        upTo(101).slice(100),
      ]);
      expect(await readIds(trial.ports, listing, { limit: 1_000 })).to.deep.equal(upTo(101));
    }),
    filled(
      'When a limit is not a whole number from 1 to 1000, Then it is INVALID_ARGUMENT',
      async ({ ports }) => {
        for (const limit of [0, -1, 1.5, 1_001, Number.NaN, Number.POSITIVE_INFINITY, '10', null]) {
          await expectRefusal(listing.read(ports, { limit } as ListRequest), 'INVALID_ARGUMENT', {
            path: 'limit',
          });
        }
      },
    ),
    filled(
      'When a cursor is not one of this kind of list, Then it is INVALID_ARGUMENT',
      async ({ ports }) => {
        const { nextCursor } = await listing.read(ports, { limit: 2 });
        const id = inOrder[1]!;
        const bad = [
          '',
          'not a cursor',
          `${nextCursor!}A`,
          nextCursor!.slice(0, -1),
          `A${nextCursor!.slice(1)}`,
          `${nextCursor!}=`,
          encodeCursor(order === 'id' ? [0, id] : [id]),
          Buffer.from('[null]').toString('base64url'),
          42,
        ];
        for (const cursor of bad) {
          await expectRefusal(listing.read(ports, { cursor } as ListRequest), 'INVALID_ARGUMENT', {
            path: 'cursor',
          });
        }
      },
    ),
    filled('When a page asks for what is not known, Then it is INVALID_ARGUMENT', async ({ ports }) => {
      for (const field of offsets ? ['page'] : ['page', 'offset']) {
        await expectRefusal(listing.read(ports, { [field]: 1 }), 'INVALID_ARGUMENT', { path: field });
      }
    }),
    filled(
      'When an item is stored between two pages, Then none is repeated and no old one is lost',
      async (trial) => {
        const { nextCursor } = await listing.read(trial.ports, { limit: 2 });
        await listing.add(trial.ports, COUNT + 1);
        const rest = [...inOrder.slice(2), ...(oldestFirst ? [listing.idOf(COUNT + 1)] : [])];
        expect(await readPages(trial.ports, listing, 2, nextCursor)).to.deep.equal(chunks(rest, 2));
      },
    ),
    ...(remove === undefined ? [] : [filled(...removalBetweenPages(listing, remove, inOrder))]),
    ...(order === 'time' && canTie ? [ties(listing)] : []),
    ...(offsets ? [filled(...offset(listing, inOrder))] : []),
  ];
  return {
    subject: listing.subject,
    concern: `pages of ${listing.name}`,
    title: `Given the list of ${listing.name}`,
    tests,
  };
}

type Rule = [title: string, body: (trial: Trial) => Promise<void>];

function removalBetweenPages(
  listing: Listing,
  remove: NonNullable<Listing['remove']>,
  inOrder: readonly string[],
): Rule {
  return [
    'When the item under the cursor and one behind it are removed, Then reading on misses these alone',
    async ({ ports }) => {
      const { nextCursor } = await listing.read(ports, { limit: 2 });
      const numbers = new Map(
        Array.from({ length: COUNT }, (_, index) => [listing.idOf(index + 1), index + 1]),
      );
      await remove(ports, numbers.get(inOrder[1]!)!);
      await remove(ports, numbers.get(inOrder[3]!)!);
      expect(await readPages(ports, listing, 5, nextCursor)).to.deep.equal([[inOrder[2], inOrder[4]]]);
    },
  ];
}

function ties(listing: Listing): ContractTest {
  return inWorld('When items were stored at one time, Then the greater id comes first', async ({ ports }) => {
    await listing.prepare(ports);
    const numbers = [1, 2, 3, 4, 5];
    await Promise.all(numbers.map((n) => listing.add(ports, n)));
    const expected = numbers
      .map((n) => listing.idOf(n))
      .sort()
      .reverse();
    expect(await readPages(ports, listing, 2)).to.deep.equal(chunks(expected, 2));
  });
}

function offset(listing: Listing, inOrder: readonly string[]): Rule {
  return [
    'When it starts after an offset, Then that many items are left out, counted from the cursor where there is one',
    async ({ ports }) => {
      const { nextCursor } = await listing.read(ports, { limit: 1 });
      expect(await readIds(ports, listing, { offset: 0 })).to.deep.equal(inOrder);
      expect(await readIds(ports, listing, { offset: 3 })).to.deep.equal(inOrder.slice(3));
      expect(await readIds(ports, listing, { offset: 1, limit: 2 })).to.deep.equal(inOrder.slice(1, 3));
      expect(await readIds(ports, listing, { offset: 2, cursor: nextCursor! })).to.deep.equal(
        inOrder.slice(3),
      );
      expect(await listing.read(ports, { offset: 9 })).to.deep.equal({ items: [], nextCursor: null });
      for (const bad of [-1, 1.5, Number.NaN, '1']) {
        await expectRefusal(listing.read(ports, { offset: bad } as ListRequest), 'INVALID_ARGUMENT', {
          path: 'offset',
        });
      }
    },
  ];
}

function chunks(items: readonly string[], size: number): readonly (readonly string[])[] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}
