import { expect } from 'chai';
import { MAX_PROGRESS_VERSION, type RunProgress } from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import { arbitraries } from '../arbitraries.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { SECRET, expectRefusal } from '../outcome.js';
import { fieldsOf } from '../records/validation.js';
import { text, type Breach } from '../records/field-rules.js';
import { Watcher } from './watcher.js';

const RUN = fixtures.id(1);
const BAD_IDS = ['', 'a', '01890A5D-AC96-774B-BCCE-B302099A8057', `${RUN}\0`, 42, null, undefined];
const NO_NUMBERS: readonly unknown[] = ['1', true, {}, [], Number.NaN, Number.POSITIVE_INFINITY];

const named = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, n]));
const each = (field: string, values: readonly unknown[], path?: string): readonly Breach[] =>
  values.map((value) => ({ field, value, ...(path !== undefined && { path }) }));

const breaches: readonly Breach[] = [
  ...text('phase', 200, 1),
  ...each('phase', [undefined, null]),
  ...each('progress', [...NO_NUMBERS, -0.001, 1.001]),
  ...text('message', 2_000),
  ...each('version', [...NO_NUMBERS, null, 0, -1, 1.5, MAX_PROGRESS_VERSION + 1, 2 ** 53]),
  ...each('counters', [null, [], 7, SECRET, new Map(), named(101), { '': 1 }, { ['n'.repeat(101)]: 1 }]),
  ...each('counters', [{ a: '1' }, { a: null }, { a: [1] }, { a: Number.NaN }, { a: 2 ** 53 }], 'counters.a'),
  ...arbitraries.hostileJson
    .filter(({ path }) => path === '.__proto__' || path === '."a\\u0000b"')
    .map(({ member, path }) => ({ field: 'counters', value: member, path: `counters${path}` })),
  ...each('unknown', [SECRET, null, undefined]),
];

async function expectNothing({ activeRuns }: Ports, what: string): Promise<void> {
  expect((await activeRuns.list()).items, what).to.deep.equal([]);
}

export const activeRunValidationGroup: ContractGroup = {
  subject: 'activeRuns',
  concern: 'validation',
  title: 'Given what is no progress',
  tests: [
    ...fieldsOf(breaches).map((field) =>
      inWorld(
        `When ${field} is not what it may be, Then it is INVALID_ARGUMENT with the path, and nothing is published`,
        async ({ ports }) => {
          for (const [index, breach] of breaches.entries()) {
            if (breach.field !== field) continue;
            const progress = fixtures.progress({ [field]: breach.value } as Partial<RunProgress>);
            await expectRefusal(ports.activeRuns.publish(RUN, progress), 'INVALID_ARGUMENT', {
              path: breach.path ?? field,
            });
            await expectNothing(ports, `after breach ${index} of ${field}`);
          }
        },
      ),
    ),
    inWorld('When it is no object, Then it is INVALID_ARGUMENT', async ({ ports }) => {
      for (const progress of [undefined, null, 'injecting', 42])
        await expectRefusal(ports.activeRuns.publish(RUN, progress as never), 'INVALID_ARGUMENT', {
          path: 'progress',
        });
      await expectNothing(ports, 'after what is no object');
    }),
    inWorld(
      'When the run has no id of a run, Then it is INVALID_ARGUMENT with the path',
      async ({ ports }) => {
        const { activeRuns } = ports;
        for (const runId of BAD_IDS as readonly string[]) {
          const path = { path: 'runId' };
          await expectRefusal(activeRuns.publish(runId, fixtures.progress()), 'INVALID_ARGUMENT', path);
          await expectRefusal(activeRuns.get(runId), 'INVALID_ARGUMENT', path);
          await expectRefusal(activeRuns.clear(runId), 'INVALID_ARGUMENT', path);
          if (runId === undefined) continue;
          await using watcher = new Watcher(ports, { runId });
          await expectRefusal(watcher.step(), 'INVALID_ARGUMENT', path);
        }
        await expectNothing(ports, 'after ids that are none');
      },
    ),
    inWorld(
      'When a watcher resumes after what is no id, Then its first step is INVALID_ARGUMENT',
      async ({ ports }) => {
        for (const after of ['', 'x'.repeat(201), 'a\0', 42, null] as readonly string[]) {
          await using watcher = new Watcher(ports, { after });
          await expectRefusal(watcher.step(), 'INVALID_ARGUMENT', { path: 'after' });
        }
      },
    ),
  ],
};
