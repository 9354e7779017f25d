import { expect } from 'chai';

import type { Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal, problemPaths } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import { createBreaches, withBreach, type Breach } from './field-rules.js';
import type { RecordKind } from './record-kind.js';

export function validationGroup(kind: RecordKind): ContractGroup {
  const { subject, word, idField } = kind;
  const breaches = createBreaches[word];

  async function expectNothingStored(ports: Ports, what: string): Promise<void> {
    expect(snapshot(await kind.list(ports)), what).to.deep.equal({ items: [], nextCursor: null });
  }

  return {
    subject,
    concern: 'validation',
    title: `Given a new ${word} that breaks a rule`,
    tests: [
      ...fieldsOf(breaches).map((field) =>
        inWorld(
          `When ${field} is not what it may be, Then it is INVALID_ARGUMENT with the path, and nothing is stored`,
          async ({ ports }) => {
            await kind.prepare(ports);
            for (const [index, breach] of breaches.entries()) {
              if (breach.field !== field) continue;
              const refused = kind.create(ports, withBreach(kind.minimal(), breach));
              await expectRefusal(refused, 'INVALID_ARGUMENT', { path: breach.path ?? field });
              await expectNothingStored(ports, `after breach ${index} of ${field}`);
            }
          },
        ),
      ),
      inWorld('When it is no object, Then it is INVALID_ARGUMENT', async ({ ports }) => {
        await kind.prepare(ports);
        for (const input of [undefined, null, 'text', 42, [kind.minimal()]]) {
          await expectRefusal(kind.create(ports, input as never), 'INVALID_ARGUMENT');
        }
        await expectNothingStored(ports, 'after inputs that are no objects');
      }),
      inWorld('When several fields are wrong, Then the error names each of them', async ({ ports }) => {
        await kind.prepare(ports);
        const input = kind.full({ [kind.jsonField]: 7, unknown: 1 });
        const error = await expectRefusal(kind.create(ports, input), 'INVALID_ARGUMENT', { path: 'unknown' });
        expect(problemPaths(error)).to.have.members([kind.jsonField, 'unknown']);
      }),
      inWorld(
        'When a wrong one follows under a stored id, Then the stored one stays as it is',
        async ({ ports }) => {
          await kind.prepare(ports);
          const stored = snapshot(await kind.create(ports, kind.full()));
          await expectRefusal(kind.create(ports, kind.full({ unknown: 1 })), 'INVALID_ARGUMENT', {
            path: 'unknown',
          });
          expect(snapshot(await kind.getById(ports, kind.full()[idField]))).to.deep.equal(stored);
        },
      ),
    ],
  };
}

/** The fields that have breaches, each once. */
export function fieldsOf(breaches: readonly Breach[]): readonly string[] {
  return [...new Set(breaches.map(({ field }) => field))];
}
