import { expect } from 'chai';
import { isUuidV7 } from '@test-coordinator/domain';
import fc from 'fast-check';

import { arbitraries } from '../arbitraries.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { withProperty } from '../property.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';
import type { Input, RecordKind } from './record-kind.js';
import { expectStored } from './stored-record.js';

export function roundTripGroup(kind: RecordKind): ContractGroup {
  const { word, idField, jsonField } = kind;

  /** Creates the record and holds what `create` and `getById` answer to what was given. */
  async function createAndRead(trial: Trial, input: Input, stored: Input): Promise<void> {
    const created = await kind.create(trial.ports, input);
    const id = (created as Input)[idField];
    expectStored(trial, kind, created, { [idField]: id, ...stored });
    expect(snapshot(await kind.getById(trial.ports, id))).to.deep.equal(snapshot(created));
  }

  const minted = inWorld(
    'When records are created without an id, Then each gets a UUIDv7 that is greater than the one before',
    async (trial) => {
      await kind.prepare(trial.ports);
      const ids: string[] = [];
      for (const absent of [undefined, null, undefined]) {
        const created = await kind.create(trial.ports, kind.minimal({ [idField]: absent }));
        ids.push((created as Input)[idField] as string);
      }
      expect(ids.every(isUuidV7), 'UUIDv7').to.equal(true);
      expect(ids).to.deep.equal([...new Set(ids)].sort());
    },
  );

  return {
    subject: kind.subject,
    concern: 'round trip',
    title: `Given a new ${word}`,
    tests: [
      inWorld('When only what is required is given, Then it is stored with the defaults', async (trial) => {
        await kind.prepare(trial.ports);
        await createAndRead(trial, kind.minimal(), { ...kind.defaults, ...kind.minimal() });
      }),
      inWorld('When every field is given, Then every field is stored as given', async (trial) => {
        await kind.prepare(trial.ports);
        await createAndRead(trial, kind.full(), kind.full());
      }),
      inWorld(
        'When optional fields are null or undefined, Then they are stored as left out',
        async (trial) => {
          await kind.prepare(trial.ports);
          const absent = kind.optionalFields.map((field, index) => [
            field,
            index % 2 === 0 ? null : undefined,
          ]);
          await createAndRead(trial, kind.minimal(Object.fromEntries(absent) as Input), {
            ...kind.defaults,
            ...kind.minimal(),
          });
        },
      ),
      inWorld(
        'When its JSON holds undefined and -0, Then it is stored as JSON would read it back',
        async (trial) => {
          await kind.prepare(trial.ports);
          const json = { gone: undefined, zero: -0, list: [-0, { gone: undefined, kept: null }] };
          await createAndRead(trial, kind.minimal({ [jsonField]: json }), {
            ...kind.defaults,
            ...kind.minimal(),
            [jsonField]: { zero: 0, list: [0, { kept: null }] },
          });
        },
      ),
      withProperty(
        'When its JSON is any document that the rules allow, Then the same document is read',
        fc.array(arbitraries.jsonObject, { minLength: 1, maxLength: 8 }),
        async (trial, documents) => {
          await kind.prepare(trial.ports);
          for (const [index, document] of documents.entries()) {
            const given = kind.minimal({ [idField]: kind.id(index + 10), [jsonField]: document });
            await createAndRead(trial, given, {
              ...kind.defaults,
              ...given,
              [jsonField]: arbitraries.asRead(document),
            });
          }
        },
      ),
      ...(kind.mintsIds ? [minted] : []),
    ],
  };
}
