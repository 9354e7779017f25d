import type { NewTestResult, TestResult } from '@test-coordinator/domain';
import { DataAdapterError, MAX_BULK, importInBatches } from '@test-coordinator/ports';
import { expect } from 'chai';

const RESULT = {} as NewTestResult;

/** A store that refuses the batch of this number, and keeps the size of the others. */
class Store {
  readonly sizes: number[] = [];

  constructor(private readonly refusal: { readonly batch: number; readonly error: unknown }) {}

  bulkCreate(results: readonly NewTestResult[]): Promise<readonly TestResult[]> {
    if (this.sizes.length === this.refusal.batch) return Promise.reject(this.refusal.error as Error);
    this.sizes.push(results.length);
    return Promise.resolve([]);
  }
}

async function failureOf(batch: number, error: unknown): Promise<unknown> {
  const load = Array.from({ length: 3 * MAX_BULK }, () => RESULT);
  const [settled] = await Promise.allSettled([importInBatches(new Store({ batch, error }), load)]);
  return settled.status === 'rejected' ? settled.reason : undefined;
}

function refusal(path: string): DataAdapterError {
  const problems = [{ path, problem: 'is wrong' }];
  const message = `results: ${path} is wrong`;
  const details = { limit: 7 };
  return new DataAdapterError('ALREADY_EXISTS', message, { entity: 'result', id: 'r', problems, details });
}

describe('An import in batches', () => {
  it('Given a load, when it is imported, then each batch but the last is full', async () => {
    const store = new Store({ batch: -1, error: undefined });
    const load = Array.from({ length: 2 * MAX_BULK + 1 }, () => RESULT);
    expect(await importInBatches(store, load)).to.deep.equal({ recorded: load.length });
    expect(store.sizes).to.deep.equal([MAX_BULK, MAX_BULK, 1]);
  });

  it('Given a load of whole batches, when it is imported, then no empty batch is sent', async () => {
    const store = new Store({ batch: -1, error: undefined });
    await importInBatches(store, new Set(Array.from({ length: MAX_BULK }, () => ({ ...RESULT }))));
    expect(store.sizes).to.deep.equal([MAX_BULK]);
  });

  it('Given a refusal in the third batch, when it comes out, then path and message count from the start and the rest is as it was', async () => {
    const original = refusal('results[17].status');
    const error = await failureOf(2, original);
    expect(error).to.be.instanceOf(DataAdapterError).and.to.have.property('cause', original);
    expect((error as DataAdapterError).toJSON()).to.deep.equal(refusal('results[2017].status').toJSON());
  });

  it('Given a key of the metadata that is called results, when its path is counted from the start, then only the place moves', async () => {
    const error = await failureOf(1, refusal('results[2].metadata.results[3]'));
    expect((error as DataAdapterError).toJSON()).to.deep.equal(
      refusal('results[1002].metadata.results[3]').toJSON(),
    );
  });

  it('Given an error that names no place, or one in the first batch, when it comes out, then it is the very error', async () => {
    const away = new DataAdapterError('UNAVAILABLE', 'the store is away; try again');
    const first = refusal('results[17].status');
    const foreign = new Error('results[1] of another kind');
    expect(await failureOf(1, away)).to.equal(away);
    expect(await failureOf(0, first)).to.equal(first);
    expect(await failureOf(1, foreign)).to.equal(foreign);
  });

  it('Given a progress callback that throws, when a batch is stored, then the import ends there with what it threw', async () => {
    const store = new Store({ batch: -1, error: undefined });
    const reason = new Error('enough');
    const onProgress = (): void => {
      throw reason;
    };
    const load = Array.from({ length: 2 * MAX_BULK }, () => RESULT);
    const [settled] = await Promise.allSettled([importInBatches(store, load, { onProgress })]);
    expect(settled).to.deep.equal({ status: 'rejected', reason });
    expect(store.sizes).to.deep.equal([MAX_BULK]);
  });
});
