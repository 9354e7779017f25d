import { expect } from 'chai';
import { MAX_FENCE_ABOVE, MAX_LOCK_TTL_MS, MIN_LOCK_TTL_MS } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { SECRET, expectRefusal } from '../outcome.js';
import { text } from '../records/field-rules.js';
import { LONG_MS, RESOURCE, acquire, expectHolder } from './held-lock.js';

const NO_NUMBERS: readonly unknown[] = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '100', null, {}];
const BAD_RESOURCES: readonly unknown[] = [
  '',
  '-a',
  'a b',
  'a/b',
  `${SECRET}\0`,
  'é',
  'a'.repeat(129),
  42,
  null,
  undefined,
];

const breaches: readonly (readonly [field: string, values: readonly unknown[]])[] = [
  ['owner', [...text('owner', 1_000, 1).map(({ value }) => value), null, undefined]],
  ['ttlMs', [...NO_NUMBERS, 0, undefined, MIN_LOCK_TTL_MS - 1, MAX_LOCK_TTL_MS + 1]],
  ['waitMs', [...NO_NUMBERS, MAX_LOCK_TTL_MS + 1]],
  ['fenceAbove', [...NO_NUMBERS, MAX_FENCE_ABOVE + 1]],
];

export const lockValidationGroup: ContractGroup = {
  subject: 'executionLocks',
  concern: 'validation',
  title: 'Given what locks are asked for',
  tests: [
    ...breaches.map(([field, values]) =>
      inWorld(
        `When ${field} is not what it may be, Then it is INVALID_ARGUMENT with the path, and nothing is taken`,
        async ({ ports }) => {
          for (const value of values) {
            await expectRefusal(acquire(ports, { [field]: value }), 'INVALID_ARGUMENT', { path: field });
          }
          await expectHolder(ports, undefined);
        },
      ),
    ),
    inWorld('When the resource is no name, Then it is INVALID_ARGUMENT with the path', async ({ ports }) => {
      for (const resource of BAD_RESOURCES as readonly string[]) {
        const request = { owner: 'ada', ttlMs: LONG_MS };
        await expectRefusal(ports.executionLocks.acquire(resource, request), 'INVALID_ARGUMENT', {
          path: 'resource',
        });
        await expectRefusal(ports.executionLocks.inspect(resource), 'INVALID_ARGUMENT', { path: 'resource' });
      }
    }),
    inWorld(
      'When the request is no object, Then it is INVALID_ARGUMENT',
      async ({ ports: { executionLocks } }) => {
        for (const request of [undefined, null, 'ada', 42])
          await expectRefusal(executionLocks.acquire(RESOURCE, request as never), 'INVALID_ARGUMENT');
      },
    ),
    inWorld('When it is at its limits, Then it is taken', async ({ ports }) => {
      const limits = {
        owner: 'o'.repeat(1_000),
        ttlMs: MAX_LOCK_TTL_MS,
        waitMs: MAX_LOCK_TTL_MS,
        fenceAbove: 0,
      };
      const lease = await acquire(ports, limits);
      expect(lease).to.include({ owner: limits.owner });
      await lease.release();
      const owner = ' “é”\n👩‍🚀 ';
      const optional = { waitMs: undefined, fenceAbove: undefined, signal: undefined };
      expect(await acquire(ports, { ttlMs: MIN_LOCK_TTL_MS, owner, ...optional })).to.include({ owner });
    }),
  ],
};
