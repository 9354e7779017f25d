import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';
import { changeBreaches } from './field-rules.js';
import type { Input, RecordChange, RecordKind } from './record-kind.js';
import { fieldsOf } from './validation.js';

/** The group of a kind of record whose `update` is `change`. */
export function updateGroup(kind: RecordKind, change: RecordChange): ContractGroup {
  const { subject, word, idField, stamps } = kind;
  const { update, changes, clearable } = change;
  const breaches = changeBreaches[word as keyof typeof changeBreaches];
  const id = kind.full()[idField] as string;

  async function stored(trial: Trial): Promise<Input> {
    await kind.prepare(trial.ports);
    const created = snapshot(await kind.create(trial.ports, kind.full())) as Input;
    await trial.pass(7);
    return created;
  }

  /** Holds the answer, and what is read, to the record with `changed` in it, one version later, changed now. */
  async function expectChanged(trial: Trial, answer: object, record: Input): Promise<void> {
    const { updatedAt } = answer as { readonly updatedAt?: Date };
    if (stamps.updatedAt) trial.expectNow(updatedAt, 'updatedAt');
    expect(snapshot(answer)).to.deep.equal(snapshot({ ...record, ...(stamps.updatedAt && { updatedAt }) }));
    expect(snapshot(await kind.getById(trial.ports, id))).to.deep.equal(snapshot(answer));
  }

  return {
    subject,
    concern: 'update',
    title: `Given a stored ${word} that is to change`,
    tests: [
      inWorld(
        'When fields are changed, Then these alone differ, and the version is one more',
        async (trial) => {
          const record = await stored(trial);
          const answer = await update(trial.ports, id, 1, changes);
          await expectChanged(trial, answer, { ...record, ...changes, version: 2 });
        },
      ),
      inWorld('When each field is changed by itself, Then the others stay', async (trial) => {
        let record = await stored(trial);
        for (const [index, [field, value]] of Object.entries(changes).entries()) {
          record = { ...record, [field]: value, version: index + 2 };
          await trial.pass(1);
          await expectChanged(trial, await update(trial.ports, id, index + 1, { [field]: value }), record);
        }
      }),
      inWorld(
        'When optional fields are null, Then they are cleared; undefined leaves them',
        async (trial) => {
          const record = await stored(trial);
          const others = Object.keys(changes).filter((field) => !clearable.includes(field));
          const given = {
            ...Object.fromEntries(clearable.map((field) => [field, null])),
            ...Object.fromEntries(others.map((field) => [field, undefined])),
          };
          const left = Object.fromEntries(
            Object.entries(record).filter(([field]) => !clearable.includes(field)),
          );
          await expectChanged(trial, await update(trial.ports, id, 1, given), { ...left, version: 2 });
        },
      ),
      inWorld('When an older or a later version is named, Then it is VERSION_CONFLICT', async (trial) => {
        await stored(trial);
        const second = snapshot(await update(trial.ports, id, 1, changes));
        for (const version of [1, 3, 99]) {
          await expectRefusal(update(trial.ports, id, version, changes), 'VERSION_CONFLICT', { id });
        }
        expect(snapshot(await kind.getById(trial.ports, id))).to.deep.equal(second);
      }),
      inWorld('When the record is not there, Then it is NOT_FOUND and none appears', async (trial) => {
        await kind.prepare(trial.ports);
        await expectRefusal(update(trial.ports, id, 1, changes), 'NOT_FOUND', { id });
        expect((await kind.list(trial.ports)).items).to.deep.equal([]);
      }),
      inWorld('When the version or the id is none, Then it is INVALID_ARGUMENT', async (trial) => {
        const record = await stored(trial);
        for (const version of [undefined, null, 0, -1, 1.5, '1', Number.NaN, 2 ** 53]) {
          await expectRefusal(update(trial.ports, id, version, changes), 'INVALID_ARGUMENT', {
            path: 'version',
          });
        }
        for (const malformed of kind.malformedIds) {
          await expectRefusal(update(trial.ports, malformed, 1, changes), 'INVALID_ARGUMENT', {
            path: idField,
          });
        }
        expect(snapshot(await kind.getById(trial.ports, id))).to.deep.equal(record);
      }),
      ...fieldsOf(breaches).map((field) =>
        inWorld(
          `When ${field} is not what a change may give, Then it is INVALID_ARGUMENT and nothing changes`,
          async (trial) => {
            const record = await stored(trial);
            for (const breach of breaches.filter((candidate) => candidate.field === field)) {
              const call = update(trial.ports, id, 1, { ...changes, [field]: breach.value });
              await expectRefusal(call, 'INVALID_ARGUMENT', { path: breach.path ?? field });
            }
            expect(snapshot(await kind.getById(trial.ports, id))).to.deep.equal(record);
          },
        ),
      ),
    ],
  };
}
