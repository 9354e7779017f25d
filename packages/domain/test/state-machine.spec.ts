import {
  EVENT_MOVES,
  IllegalTransitionError,
  RUN_MOVES,
  SCENARIO_MOVES,
  judgeMove,
  sourcesOf,
  type StateMachine,
} from '@test-coordinator/domain';
import { expect } from 'chai';

/** The machines as the specification prints them, written down a second time on purpose. */
const SPECIFIED: Readonly<Record<string, readonly [StateMachine<string>, string]>> = {
  scenario: [
    SCENARIO_MOVES,
    'draft>active draft>archived active>deprecated active>archived deprecated>active deprecated>archived archived>active',
  ],
  run: [
    RUN_MOVES,
    'pending>running pending>passed pending>failed pending>error pending>cancelled pending>timeout ' +
      'running>passed running>failed running>error running>cancelled running>timeout',
  ],
  event: [
    EVENT_MOVES,
    'pending>injected pending>failed injected>in_progress injected>recovered injected>failed ' +
      'in_progress>recovered in_progress>failed',
  ],
};

describe('State machines', () => {
  for (const [entity, [machine, legal]] of Object.entries(SPECIFIED)) {
    const moves = new Set(legal.split(' '));
    for (const from of Object.keys(machine)) {
      for (const to of Object.keys(machine)) {
        const answer =
          from === to ? 'nothing moves' : moves.has(`${from}>${to}`) ? 'it moves' : 'it is refused';
        it(`Given a ${from} ${entity}, when it is moved to ${to}, then ${answer}`, () => {
          const judge = (): boolean => judgeMove(machine, entity, 'the-id', from, to);
          if (answer === 'it is refused')
            expect(judge).to.throw(IllegalTransitionError, `from ${from} to ${to}`);
          else expect(judge()).to.equal(answer === 'it moves');
          expect(sourcesOf(machine, to).includes(from)).to.equal(answer === 'it moves');
        });
      }
    }
  }
});
