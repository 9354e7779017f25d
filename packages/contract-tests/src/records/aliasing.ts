import { expect } from 'chai';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { scribble, snapshot } from '../snapshot.js';
import type { Input, RecordChange, RecordKind } from './record-kind.js';

export function aliasingGroup(kind: RecordKind): ContractGroup {
  const { word, idField } = kind;

  const changed = ({ update, changes }: RecordChange): ContractTest =>
    inWorld(
      'When a change and what it answered with are scribbled over, Then nothing stored changes',
      async ({ ports }) => {
        await kind.prepare(ports);
        await kind.create(ports, kind.full());
        const given = snapshot(changes) as Input;
        const answer = await update(ports, kind.full()[idField], 1, given);
        const before = snapshot(answer);
        scribble(answer);
        scribble(given);
        expect(snapshot(await kind.getById(ports, kind.full()[idField]))).to.deep.equal(before);
      },
    );

  return {
    subject: kind.subject,
    concern: 'aliasing',
    title: `Given a stored ${word} that callers hold on to`,
    tests: [
      inWorld(
        'When the input is scribbled over after the call, Then nothing stored changes',
        async ({ ports }) => {
          await kind.prepare(ports);
          // A copy: the fixtures are shared by all tests.
          const input = snapshot(kind.full()) as Input;
          const before = snapshot(await kind.create(ports, input));
          scribble(input);
          expect(snapshot(await kind.getById(ports, kind.full()[idField]))).to.deep.equal(before);
        },
      ),
      inWorld(
        'When the input is scribbled over while the call is under way, Then what was given at the call is stored',
        async ({ ports }) => {
          await kind.prepare(ports);
          const input = snapshot(kind.full()) as Input;
          const call = kind.create(ports, input);
          scribble(input);
          const stored = snapshot(await call);
          expect(snapshot(await kind.create(ports, kind.full()))).to.deep.equal(stored);
        },
      ),
      inWorld(
        'When the answer of create is scribbled over, Then nothing stored changes',
        async ({ ports }) => {
          await kind.prepare(ports);
          const created = await kind.create(ports, kind.full());
          const before = snapshot(created);
          scribble(created);
          expect(snapshot(await kind.getById(ports, kind.full()[idField]))).to.deep.equal(before);
        },
      ),
      inWorld(
        'When a record that was read by id is scribbled over, Then the next read is whole',
        async ({ ports }) => {
          await kind.prepare(ports);
          const before = snapshot(await kind.create(ports, kind.full()));
          scribble(await kind.getById(ports, kind.full()[idField]));
          expect(snapshot(await kind.getById(ports, kind.full()[idField]))).to.deep.equal(before);
          expect(snapshot((await kind.list(ports)).items)).to.deep.equal([before]);
        },
      ),
      inWorld(
        'When a page and its records are scribbled over, Then the next page is whole',
        async ({ ports }) => {
          await kind.prepare(ports);
          const before = snapshot(await kind.create(ports, kind.full()));
          scribble(await kind.list(ports));
          expect(snapshot((await kind.list(ports)).items)).to.deep.equal([before]);
          expect(snapshot(await kind.getById(ports, kind.full()[idField]))).to.deep.equal(before);
        },
      ),
      ...(kind.change === undefined ? [] : [changed(kind.change)]),
    ],
  };
}
