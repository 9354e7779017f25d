import { inspect } from 'node:util';

import { IllegalTransitionError, InvalidValueError } from '@test-coordinator/domain';
import { DataAdapterError, ERROR_CODES, refused } from '@test-coordinator/ports';
import { expect } from 'chai';

/** The retryable codes of the specification, written down a second time on purpose. */
const RETRYABLE = ['UNAVAILABLE', 'TIMEOUT', 'UNKNOWN_OUTCOME', 'CAPACITY'];

describe('DataAdapterError', () => {
  for (const [code, { retryable }] of Object.entries(ERROR_CODES)) {
    it(`Given ${code}, when it is raised, then it says ${retryable ? 'retry' : 'do not retry'}`, () => {
      expect(new DataAdapterError(code as keyof typeof ERROR_CODES, 'x').retryable).to.equal(
        RETRYABLE.includes(code),
      );
    });
  }

  it('Given a cause with a secret, when the error is printed in any way, then the secret is not there', () => {
    const cause = Object.assign(new Error('password=hunter2'), { parameters: ['hunter2'] });
    const error = new DataAdapterError('UNAVAILABLE', 'the store is away; try again', {
      entity: 'run',
      id: 'r1',
      cause,
    });
    expect(error.cause).to.equal(cause);
    const printed = [
      JSON.stringify(error),
      inspect(error, { depth: 9, showHidden: false }),
      inspect({ nested: [error] }, { depth: 9 }),
      String(error),
      error.stack,
      JSON.stringify(Object.fromEntries(Object.entries(error))),
    ];
    for (const text of printed) expect(text).not.to.include('hunter2');
    expect(JSON.parse(JSON.stringify(error))).to.deep.equal({
      code: 'UNAVAILABLE',
      retryable: true,
      message: 'the store is away; try again',
      entity: 'run',
      id: 'r1',
    });
  });

  it('Given an error of another copy of the package, when it is asked for, then the brand tells it', () => {
    const foreign = { [Symbol.for('@test-coordinator/data-adapter-error')]: true };
    expect(DataAdapterError.is(foreign)).to.equal(true);
    expect(DataAdapterError.is(new DataAdapterError('CLOSED', 'x'))).to.equal(true);
    expect(DataAdapterError.is(new Error('x'))).to.equal(false);
    expect(DataAdapterError.is(null)).to.equal(false);
  });

  it('Given a domain refusal, when it crosses a port, then it carries the code, the place and the id', () => {
    const invalid = new InvalidValueError('run', [{ path: 'exitCode', problem: 'must be a whole number' }]);
    expect(() => refused(() => raise(invalid)))
      .to.throw(DataAdapterError)
      .that.deep.includes({
        code: 'INVALID_ARGUMENT',
        details: { problems: [{ path: 'exitCode', problem: 'must be a whole number' }] },
      });
    const illegal = new IllegalTransitionError('run', 'r1', 'passed', 'running');
    expect(() => refused(() => raise(illegal)))
      .to.throw(DataAdapterError)
      .that.deep.includes({
        code: 'ILLEGAL_TRANSITION',
        entity: 'run',
        id: 'r1',
        details: { from: 'passed', to: 'running' },
      });
  });

  it('Given any other error, when it crosses, then it is left as it is, and values pass through', () => {
    const bug = new RangeError('bug');
    expect(() => refused(() => raise(bug)))
      .to.throw(RangeError)
      .that.equals(bug);
    expect(refused(() => 7)).to.equal(7);
  });
});

function raise(error: Error): never {
  throw error;
}
