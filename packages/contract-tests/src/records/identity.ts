import { expect } from 'chai';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Input, RecordChange, RecordKind } from './record-kind.js';

export function identityGroup(kind: RecordKind): ContractGroup {
  const { word, idField } = kind;
  const idOf = (input: Input): string => input[idField] as string;

  const afterMovingOn = ({ update, changes }: RecordChange): ContractTest =>
    inWorld(
      'When it moved on and is created again as it was given, Then the answer is the record as it is now',
      async (trial) => {
        const { ports } = trial;
        await kind.prepare(ports);
        await kind.create(ports, kind.full());
        await trial.pass(5);
        const moved = snapshot(await update(ports, idOf(kind.full()), 1, changes));
        await trial.pass(5);
        expect(snapshot(await kind.create(ports, kind.full()))).to.deep.equal(moved);
        expect(snapshot(await kind.getById(ports, idOf(kind.full())))).to.deep.equal(moved);
      },
    );

  const asItIsNow = ({ update, changes }: RecordChange): ContractTest =>
    inWorld(
      'When it moved on and is created again as it is now, Then that is ALREADY_EXISTS: what counts is what was given',
      async ({ ports }) => {
        await kind.prepare(ports);
        await kind.create(ports, kind.full());
        const moved = (await update(ports, idOf(kind.full()), 1, changes)) as Input;
        const fields = new Set([idField, ...Object.keys(kind.full())]);
        const now = Object.fromEntries(Object.entries(moved).filter(([field]) => fields.has(field)));
        await expectRefusal(kind.create(ports, now), 'ALREADY_EXISTS', { id: idOf(kind.full()) });
        expect(snapshot(await kind.getById(ports, idOf(kind.full())))).to.deep.equal(snapshot(moved));
      },
    );

  return {
    subject: kind.subject,
    concern: 'identity',
    title: `Given a stored ${word} and its id`,
    tests: [
      inWorld(
        'When it is created again with the same content, Then the stored record is the answer',
        async (trial) => {
          const { ports } = trial;
          await kind.prepare(ports);
          for (const input of [kind.full(), kind.minimal({ [idField]: kind.id(20) })]) {
            const created = snapshot(await kind.create(ports, input));
            await trial.pass(1);
            expect(snapshot(await kind.create(ports, input))).to.deep.equal(created);
          }
          expect((await kind.list(ports)).items).to.have.length(2);
        },
      ),
      inWorld('When its defaults are spelled out, Then that is the same content', async ({ ports }) => {
        await kind.prepare(ports);
        const created = snapshot(await kind.create(ports, kind.minimal()));
        expect(snapshot(await kind.create(ports, { ...kind.defaults, ...kind.minimal() }))).to.deep.equal(
          created,
        );
      }),
      inWorld(
        'When its JSON has its members in another order, Then that is the same content',
        async ({ ports }) => {
          await kind.prepare(ports);
          const one = kind.minimal({ [kind.jsonField]: { a: 1, b: { c: [1, 2], d: 2 } } });
          const other = kind.minimal({ [kind.jsonField]: { b: { d: 2, c: [1, 2] }, a: 1 } });
          const created = snapshot(await kind.create(ports, one));
          expect(snapshot(await kind.create(ports, other))).to.deep.equal(created);
        },
      ),
      inWorld(
        'When any one field differs, Then it is ALREADY_EXISTS and nothing is overwritten',
        async ({ ports }) => {
          await kind.prepare(ports);
          const created = snapshot(await kind.create(ports, kind.full()));
          for (const [field, value] of Object.entries(kind.others)) {
            await expectRefusal(kind.create(ports, kind.full({ [field]: value })), 'ALREADY_EXISTS', {
              id: idOf(kind.full()),
            });
            expect(snapshot(await kind.getById(ports, idOf(kind.full()))), field).to.deep.equal(created);
          }
          for (const field of kind.optionalFields) {
            await expectRefusal(kind.create(ports, kind.full({ [field]: null })), 'ALREADY_EXISTS');
          }
          expect((await kind.list(ports)).items).to.have.length(1);
        },
      ),
      inWorld('When an id that is not stored is read, Then the answer is null', async ({ ports }) => {
        await kind.prepare(ports);
        await kind.create(ports, kind.minimal());
        expect(await kind.getById(ports, kind.id(99))).to.equal(null);
      }),
      inWorld('When what is read is no id, Then it is INVALID_ARGUMENT', async ({ ports }) => {
        for (const id of kind.malformedIds) {
          await expectRefusal(kind.getById(ports, id), 'INVALID_ARGUMENT', { path: idField });
        }
      }),
      ...(kind.change === undefined ? [] : [afterMovingOn(kind.change), asItIsNow(kind.change)]),
    ],
  };
}
