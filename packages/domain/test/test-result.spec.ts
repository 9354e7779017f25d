import { InvalidValueError, creationContent, newTestResult, readResultBatch } from '@test-coordinator/domain';
import { expect } from 'chai';

import { NOW, OTHER_ID, later, mintId, resultInput } from './records.js';

describe('A result', () => {
  it('Given only what is required, when it is made, then it is the first attempt and not flaky', () => {
    expect(newTestResult(resultInput, mintId, NOW)).to.deep.equal({
      ...resultInput,
      resultId: OTHER_ID,
      attempt: 1,
      flaky: false,
      createdAt: NOW,
    });
  });

  it('Given a time that is no Date, when it is made, then the error names the field and not the value', () => {
    const input = { ...resultInput, verificationTime: 'secret-time' as never };
    expect(() => newTestResult(input, mintId, NOW))
      .to.throw(InvalidValueError, 'verificationTime must be a Date')
      .with.property('message')
      .that.does.not.include('secret-time');
  });

  it('Given the first and the last time of the years 1 to 9999, when it is made, then it is taken, and one beyond is not', () => {
    for (const [time, step] of [
      ['0001-01-01T00:00:00.000Z', -1],
      ['9999-12-31T23:59:59.999Z', 1],
    ] as const) {
      const verificationTime = new Date(time);
      expect(newTestResult({ ...resultInput, verificationTime }, mintId, NOW)).to.deep.include({
        verificationTime,
      });
      const beyond = new Date(verificationTime.getTime() + step);
      expect(() => newTestResult({ ...resultInput, verificationTime: beyond }, mintId, NOW)).to.throw(
        InvalidValueError,
        'in the years 1 to 9999',
      );
    }
  });

  it('Given a batch of them, when several are wrong, then each problem is told with its place', () => {
    const read = (input: typeof resultInput) => newTestResult(input, mintId, NOW);
    expect(readResultBatch([resultInput, resultInput], read)).to.deep.equal([
      read(resultInput),
      read(resultInput),
    ]);
    const batch = [
      resultInput,
      { ...resultInput, attempt: 0 },
      null as never,
      { ...resultInput, runId: 'x' },
    ];
    expect(() => readResultBatch(batch, read))
      .to.throw(InvalidValueError)
      .with.nested.property('problems')
      .that.deep.includes.members([{ path: 'results[2]', problem: 'must be an object' }])
      .and.satisfies((problems: readonly { readonly path: string }[]) =>
        problems.every(
          ({ path }, index) => path === ['results[1].attempt', 'results[2]', 'results[3].runId'][index],
        ),
      );
  });

  it('Given many wrong ones in a batch, when they are read, then no more than twenty problems are told', () => {
    const batch = Array.from({ length: 30 }, () => ({ ...resultInput, attempt: 0 }));
    expect(() => readResultBatch(batch, (input) => newTestResult(input, mintId, NOW)))
      .to.throw(InvalidValueError)
      .with.property('problems')
      .with.length(20);
  });

  it('Given two tries of one creation, when their contents are compared, then times of the store play no part', () => {
    const first = newTestResult({ ...resultInput, metadata: { b: 1, a: 2 } }, mintId, NOW);
    const again = newTestResult({ ...resultInput, metadata: { a: 2, b: 1 }, attempt: 1 }, mintId, later(5));
    const other = newTestResult({ ...resultInput, metadata: { a: 2, b: 2 } }, mintId, NOW);
    expect(creationContent(again)).to.equal(creationContent(first));
    expect(creationContent(other)).not.to.equal(creationContent(first));
  });

  it('Given contents that differ in one millisecond, when they are compared, then they differ', () => {
    const first = newTestResult(resultInput, mintId, NOW);
    const other = newTestResult({ ...resultInput, verificationTime: later(1) }, mintId, NOW);
    expect(creationContent(other)).not.to.equal(creationContent(first));
  });
});
