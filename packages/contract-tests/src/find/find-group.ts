import { expect } from 'chai';
import type { Page, PageRequest } from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

type Filter = Readonly<Record<string, unknown>>;

/** The `find` of one port, over a small set of records that was put together by hand. */
export interface Findable {
  readonly subject: 'scenarios' | 'testRuns' | 'chaosEvents' | 'testResults' | 'auditLog';
  /** Stores the set. */
  seed(trial: Trial): Promise<void>;
  find(ports: Ports, filter: Filter, page?: PageRequest): Promise<Page<object>>;
  /** Which record of the set this is. */
  nameOf(record: object): string;
  /** Filters, and the records that they find, in order, as one text: `c a`. */
  readonly cases: readonly (readonly [filter: Filter, found: string])[];
  /** Reads that are shorthands of a filter. */
  readonly shorthands: readonly Shorthand[];
  /** The field that takes a set of words. @default statuses */
  readonly setField?: string;
  /** Values that a field of the filter cannot have. */
  readonly refused: readonly (readonly [field: string, value: unknown])[];
}

interface Shorthand {
  readonly method: string;
  readonly filter: Filter;
  readonly read: (ports: Ports, page?: PageRequest) => Promise<Page<object>>;
  /** The same read with an argument that it refuses, and the path that the error names. */
  readonly refused?: readonly [path: string, call: (ports: Ports) => Promise<unknown>];
}

export function findGroup(findable: Findable): ContractGroup {
  const { subject, cases, shorthands, refused, setField = 'statuses' } = findable;
  return {
    subject,
    concern: 'find',
    title: 'Given records that differ in what can be asked for',
    tests: [
      ...cases.map(([filter, found]) =>
        inWorld(`When find gets ${describeFilter(filter)}, Then it finds “${found}”`, async (trial) => {
          await findable.seed(trial);
          const { items } = await findable.find(trial.ports, filter);
          expect(items.map((item) => findable.nameOf(item)).join(' ')).to.equal(found);
        }),
      ),
      ...shorthands.map(({ method, filter, read }) =>
        inWorld(
          `When ${method} is read, Then it is find with ${describeFilter(filter)}, page by page`,
          async (trial) => {
            await findable.seed(trial);
            const { ports } = trial;
            const whole = await findable.find(ports, filter);
            expect(whole.items, 'records to tell the two apart by').not.to.be.empty;
            expect(snapshot(await read(ports))).to.deep.equal(snapshot(whole));
            const first = await read(ports, { limit: 1 });
            expect(snapshot(first.items)).to.deep.equal(snapshot(whole.items.slice(0, 1)));
            if (first.nextCursor === null) expect(whole.items).to.have.length(1);
            else {
              const rest = await read(ports, { cursor: first.nextCursor });
              expect(snapshot(rest.items)).to.deep.equal(snapshot(whole.items.slice(1)));
            }
          },
        ),
      ),
      ...shorthands.flatMap(({ method, refused: bad }) =>
        bad === undefined
          ? []
          : [
              inWorld(
                `When ${method} is asked for what cannot be, Then it is INVALID_ARGUMENT`,
                async ({ ports }) => {
                  await expectRefusal(bad[1](ports), 'INVALID_ARGUMENT', { path: bad[0] });
                },
              ),
            ],
      ),
      inWorld('When a filter has a field that is not known, Then it is INVALID_ARGUMENT', async (trial) => {
        await findable.seed(trial);
        for (const field of ['unknown', 'status', 'toString', 'createdAt']) {
          await expectRefusal(findable.find(trial.ports, { [field]: 'x' }), 'INVALID_ARGUMENT', {
            path: field,
          });
        }
        await expectRefusal(findable.find(trial.ports, null as never), 'INVALID_ARGUMENT');
      }),
      inWorld('When a field has a value that it cannot have, Then it is INVALID_ARGUMENT', async (trial) => {
        await findable.seed(trial);
        for (const [field, value] of [...refused, ...RANGE_REFUSED]) {
          await expectRefusal(findable.find(trial.ports, { [field]: value }), 'INVALID_ARGUMENT', {
            path: field,
          });
        }
      }),
      inWorld(
        'When the filter object changes during the call, Then the answer is that of the call',
        async (trial) => {
          await findable.seed(trial);
          const words: string[] = [];
          const call = findable.find(trial.ports, { [setField]: words });
          words.push('passed', 'active', 'injected', 'done');
          expect((await call).items).to.deep.equal([]);
        },
      ),
    ],
  };
}

const RANGE_REFUSED = [
  ['from', '2026-01-15'],
  ['to', new Date(Number.NaN)],
  ['from', null],
] as const;

/** Values that fields for text refuse. */
export function refusedText(...fields: readonly string[]): readonly (readonly [string, unknown])[] {
  return fields.flatMap((field) =>
    ['', 7, null, 'nul\0', '\ud800', 'x'.repeat(1_001)].map((value) => [field, value] as const),
  );
}

/** Values that fields for a set of words refuse. */
export function refusedWords(...fields: readonly string[]): readonly (readonly [string, unknown])[] {
  return fields.flatMap((field) =>
    ['active', [''], ['unheard-of'], [null], null].map((value) => [field, value] as const),
  );
}

function describeFilter(filter: Filter): string {
  const parts = Object.entries(filter).map(([field, value]) => {
    const shown =
      value === undefined ? 'undefined' : value instanceof Date ? value.toISOString() : JSON.stringify(value);
    return `${field} ${shown}`;
  });
  return parts.length === 0 ? 'nothing' : parts.join(' and ');
}
