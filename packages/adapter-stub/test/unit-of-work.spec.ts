import { expect } from 'chai';
import { fixtures } from '@test-coordinator/contract-tests';
import type { Repositories } from '@test-coordinator/ports';

import { openAdapter, recordRun, refusalOf } from './opened-adapter.js';

const { scenarioId } = fixtures.scenario();
const ids = (items: readonly { readonly runId: string }[]): string[] => items.map(({ runId }) => runId);

describe('Given a unit of work that reads what it wrote', () => {
  it('When it adds, changes and removes runs, Then its lists and counts say so and those of others do not', async () => {
    const { adapter } = await openAdapter();
    const { testRuns, unitOfWork } = adapter.ports;
    await recordRun(adapter);
    for (const run of [2, 3, 4]) await testRuns.create(fixtures.testRun({ runId: fixtures.id(run) }));

    await unitOfWork.run(async (unit) => {
      await unit.testRuns.create(fixtures.testRun({ runId: fixtures.id(5), status: 'passed' }));
      await unit.testRuns.completeRun(fixtures.id(2), 'failed');
      await unit.testRuns.delete(fixtures.id(3));

      const first = await unit.testRuns.getRecentRuns({ limit: 2 });
      const second = await unit.testRuns.getRecentRuns({ limit: 2, cursor: first.nextCursor! });
      expect(ids([...first.items, ...second.items])).to.deep.equal([5, 4, 2, 1].map(fixtures.id));
      expect(second.nextCursor).to.equal(null);
      expect(ids((await unit.testRuns.getFailedRuns()).items)).to.deep.equal([fixtures.id(2)]);
      expect(ids((await unit.testRuns.getByStatus('pending')).items)).to.deep.equal([4, 1].map(fixtures.id));
      expect(await unit.testRuns.getById(fixtures.id(3))).to.equal(null);
      expect(await unit.testRuns.calculatePassRate({ scenarioId })).to.include({
        passed: 1,
        failed: 1,
        rate: 0.5,
      });
      expect(await testRuns.calculatePassRate({ scenarioId })).to.include({
        passed: 0,
        failed: 0,
        rate: null,
      });
      expect(ids((await testRuns.getRecentRuns()).items)).to.deep.equal([4, 3, 2, 1].map(fixtures.id));
    });

    expect(ids((await testRuns.getRecentRuns()).items)).to.deep.equal([5, 4, 2, 1].map(fixtures.id));
  });

  it('When it moves a run to another environment, Then its results are found there, before and after the commit', async () => {
    const { adapter } = await openAdapter();
    const { testResults, chaosEvents, unitOfWork } = adapter.ports;
    const { runId, version } = await recordRun(adapter, { testEnvironment: 'staging' });
    await testResults.create(fixtures.testResult());
    await chaosEvents.create(fixtures.chaosEvent());
    const found = async (
      repositories: Pick<Repositories, 'testResults' | 'chaosEvents'>,
      environment: string,
    ) => [
      (await repositories.testResults.find({ environment })).items.length,
      (await repositories.testResults.countByStatus({ environment })).failed,
      (await repositories.chaosEvents.find({ environment })).items.length,
    ];

    await unitOfWork.run(async (unit) => {
      await unit.testRuns.update(runId, version, { testEnvironment: 'production' });
      await unit.testResults.create(fixtures.testResult({ resultId: fixtures.id(2) }));

      expect(await found(unit, 'production')).to.deep.equal([2, 2, 1]);
      expect(await found(unit, 'staging')).to.deep.equal([0, 0, 0]);
      expect(await found(adapter.ports, 'staging')).to.deep.equal([1, 1, 1]);
    });

    expect(await found(adapter.ports, 'production')).to.deep.equal([2, 2, 1]);
    expect(await found(adapter.ports, 'staging')).to.deep.equal([0, 0, 0]);
  });

  it('When it adds to a run in one environment, Then what is committed there is still found', async () => {
    const { adapter } = await openAdapter();
    await recordRun(adapter, { testEnvironment: 'staging' });
    await adapter.ports.testResults.create(fixtures.testResult());

    await adapter.ports.unitOfWork.run(async (unit) => {
      await unit.testRuns.create(fixtures.testRun({ runId: fixtures.id(2), testEnvironment: 'staging' }));
      await unit.testResults.create(fixtures.testResult({ resultId: fixtures.id(2), runId: fixtures.id(2) }));
      const { items } = await unit.testResults.find({ environment: 'staging' });
      expect(items.map(({ resultId }) => resultId)).to.deep.equal([fixtures.id(2), fixtures.id(1)]);
    });
  });

  it('When it deletes a run and creates it again, Then nothing of the first is left', async () => {
    const { adapter } = await openAdapter();
    const { testRuns, testResults, unitOfWork } = adapter.ports;
    const { runId } = await recordRun(adapter, { testEnvironment: 'staging' });
    await testResults.create(fixtures.testResult());

    await unitOfWork.run(async (unit) => {
      await unit.testResults.create(fixtures.testResult({ resultId: fixtures.id(2) }));
      await unit.testRuns.delete(runId);
      await unit.testRuns.create(fixtures.testRun({ testEnvironment: 'production' }));
      await unit.testResults.create(fixtures.testResult({ status: 'passed' }));
      expect((await unit.testResults.getByRun(runId)).items.map(({ status }) => status)).to.deep.equal([
        'passed',
      ]);
    });

    expect((await testRuns.getById(runId))?.testEnvironment).to.equal('production');
    expect(await testResults.countByStatus({ runId })).to.include({ passed: 1, failed: 0 });
    expect((await testResults.find({ environment: 'staging' })).items).to.deep.equal([]);
  });

  it('When it takes back what it created, Then nothing is stored', async () => {
    const { adapter } = await openAdapter();
    const { scenarios, unitOfWork } = adapter.ports;

    await unitOfWork.run(async (unit) => {
      await unit.scenarios.create(fixtures.scenario());
      await unit.testRuns.create(fixtures.testRun());
      await unit.chaosEvents.create(fixtures.chaosEvent());
      await unit.testRuns.delete(fixtures.id(1));
      await unit.scenarios.delete(scenarioId);
    });

    expect((await scenarios.listAll()).items).to.deep.equal([]);
    expect((await adapter.checkHealth()).detail).to.include(' 0 records');
  });

  it('When a record that it created has moved on, Then creating it again answers with it after the commit too', async () => {
    const { adapter } = await openAdapter();
    const { testRuns, unitOfWork } = adapter.ports;
    await adapter.ports.scenarios.create(fixtures.scenario());

    await unitOfWork.run(async (unit) => {
      await unit.testRuns.create(fixtures.testRun());
      await unit.testRuns.startRun(fixtures.id(1));
      expect(await unit.testRuns.create(fixtures.testRun())).to.include({ status: 'running', version: 2 });
    });

    expect(await testRuns.create(fixtures.testRun())).to.include({ status: 'running', version: 2 });
  });
});

describe('Given a unit of work and somebody else who writes', () => {
  const conflicts: Record<
    string,
    {
      readonly unit: (repositories: Repositories) => Promise<unknown>;
      readonly other: (repositories: Repositories) => Promise<unknown>;
      readonly code: string | undefined;
    }
  > = {
    'both change one run': {
      unit: ({ testRuns }) => testRuns.startRun(fixtures.id(1)),
      other: ({ testRuns }) => testRuns.completeRun(fixtures.id(1), 'cancelled'),
      code: 'VERSION_CONFLICT',
    },
    'the other deletes the run that the unit changes': {
      unit: ({ testRuns }) => testRuns.startRun(fixtures.id(1)),
      other: ({ testRuns }) => testRuns.delete(fixtures.id(1)),
      code: 'VERSION_CONFLICT',
    },
    'the other changes the run that the unit deletes': {
      unit: ({ testRuns }) => testRuns.delete(fixtures.id(1)),
      other: ({ testRuns }) => testRuns.startRun(fixtures.id(1)),
      code: 'VERSION_CONFLICT',
    },
    'the other deletes the run of a result that the unit adds': {
      unit: ({ testResults }) => testResults.create(fixtures.testResult()),
      other: ({ testRuns }) => testRuns.delete(fixtures.id(1)),
      code: 'REFERENCE_VIOLATION',
    },
    'the other deletes the scenario of a run that the unit adds': {
      unit: ({ testRuns }) =>
        testRuns.create(fixtures.testRun({ runId: fixtures.id(2), scenarioId: 'spare' })),
      other: ({ scenarios }) => scenarios.delete('spare'),
      code: 'REFERENCE_VIOLATION',
    },
    'the other adds a run to the scenario that the unit deletes': {
      unit: ({ scenarios }) => scenarios.delete('spare'),
      other: ({ testRuns }) =>
        testRuns.create(fixtures.testRun({ runId: fixtures.id(2), scenarioId: 'spare' })),
      code: 'IN_USE',
    },
    'both take one externalId': {
      unit: ({ testRuns }) =>
        testRuns.create(fixtures.testRun({ runId: fixtures.id(2), externalId: 'ci/1' })),
      other: ({ testRuns }) =>
        testRuns.create(fixtures.testRun({ runId: fixtures.id(3), externalId: 'ci/1' })),
      code: 'ALREADY_EXISTS',
    },
    'both create one id with different content': {
      unit: ({ testRuns }) => testRuns.create(fixtures.testRun({ runId: fixtures.id(2), exitCode: 1 })),
      other: ({ testRuns }) => testRuns.create(fixtures.testRun({ runId: fixtures.id(2), exitCode: 2 })),
      code: 'ALREADY_EXISTS',
    },
    'both create one id with the same content': {
      unit: ({ testRuns }) => testRuns.create(fixtures.testRun({ runId: fixtures.id(2) })),
      other: ({ testRuns }) => testRuns.create(fixtures.testRun({ runId: fixtures.id(2) })),
      code: 'VERSION_CONFLICT',
    },
    'the other carries a newer fence for an event of the run': {
      unit: ({ testRuns }) => testRuns.startRun(fixtures.id(1), { fence: 4 }),
      other: ({ chaosEvents }) => chaosEvents.updateStatus(fixtures.id(1), 'injected', { fence: 5 }),
      code: 'STALE_FENCE',
    },
    'they change different runs': {
      unit: ({ testRuns }) => testRuns.create(fixtures.testRun({ runId: fixtures.id(2) })),
      other: ({ testRuns }) => testRuns.startRun(fixtures.id(1)),
      code: undefined,
    },
  };
  for (const [situation, { unit, other, code }] of Object.entries(conflicts)) {
    it(`When ${situation}, Then the unit is ${code ?? 'committed'} and the other's write stays`, async () => {
      const { adapter } = await openAdapter();
      await recordRun(adapter);
      await adapter.ports.scenarios.create(fixtures.scenario({ scenarioId: 'spare' }));
      await adapter.ports.chaosEvents.create(fixtures.chaosEvent());
      let afterOther: unknown;

      const outcome = await refusalOf(
        adapter.ports.unitOfWork.run(async (repositories) => {
          await repositories.scenarios.create(fixtures.scenario({ scenarioId: 'of-the-unit' }));
          await unit(repositories);
          await other(adapter.ports);
          afterOther = await everything(adapter.ports);
        }),
      );

      expect(outcome).to.equal(code);
      if (code !== undefined) expect(await everything(adapter.ports)).to.deep.equal(afterOther);
      const created = await adapter.ports.scenarios.getById('of-the-unit');
      expect(created === null).to.equal(code !== undefined);
    });
  }

  it('When others add a result to a run that the unit deletes, Then it goes with the run', async () => {
    const { adapter } = await openAdapter();
    const { testResults, unitOfWork } = adapter.ports;
    const { runId } = await recordRun(adapter);

    await unitOfWork.run(async (unit) => {
      await unit.testRuns.delete(runId);
      await testResults.create(fixtures.testResult());
      expect((await unit.testResults.find({})).items).to.deep.equal([]);
    });

    expect((await testResults.find({})).items).to.deep.equal([]);
  });
});

describe('Given a unit of work that is refused', () => {
  it('When a write is refused and the work catches it, Then nothing is stored and the refusal is answered', async () => {
    const { adapter } = await openAdapter();
    const { scenarios, unitOfWork } = adapter.ports;

    const outcome = await refusalOf(
      unitOfWork.run(async (unit) => {
        await unit.scenarios.create(fixtures.scenario());
        await refusalOf(unit.testRuns.startRun(fixtures.id(9)));
        return 'caught';
      }),
    );

    expect(outcome).to.equal('NOT_FOUND');
    expect(await scenarios.getById(scenarioId)).to.equal(null);
  });

  it('When only a read is refused and the work catches it, Then the writes are stored', async () => {
    const { adapter } = await openAdapter();
    const { scenarios, unitOfWork } = adapter.ports;

    await unitOfWork.run(async (unit) => {
      await unit.scenarios.create(fixtures.scenario());
      await refusalOf(unit.testRuns.getById('no id'));
    });

    expect(await scenarios.getById(scenarioId)).not.to.equal(null);
  });

  it('When the work throws at once, Then the call rejects with what it threw', async () => {
    const { adapter } = await openAdapter();
    const thrown = new RangeError('no work today');

    const outcome = adapter.ports.unitOfWork.run(() => {
      throw thrown;
    });

    expect(await outcome.catch((error: unknown) => error)).to.equal(thrown);
  });

  it('When its repositories are used after it settled, Then they are CLOSED and nothing is stored', async () => {
    const { adapter } = await openAdapter();
    let kept: Repositories | undefined;
    await adapter.ports.unitOfWork.run(async (unit) => {
      kept = unit;
    });

    expect(await refusalOf(kept!.scenarios.create(fixtures.scenario()))).to.equal('CLOSED');
    expect(await refusalOf(kept!.scenarios.listAll())).to.equal('CLOSED');
    expect((await adapter.ports.scenarios.listAll()).items).to.deep.equal([]);
  });

  it('When a unit is run inside another that fails, Then the inner one is committed by itself', async () => {
    const { adapter } = await openAdapter();
    const { scenarios, unitOfWork } = adapter.ports;

    await unitOfWork
      .run(async (outer) => {
        await outer.scenarios.create(fixtures.scenario({ scenarioId: 'outer' }));
        await unitOfWork.run(async (inner) => {
          expect(await inner.scenarios.getById('outer')).to.equal(null);
          await inner.scenarios.create(fixtures.scenario({ scenarioId: 'inner' }));
        });
        throw new Error('the outer unit fails');
      })
      .catch(() => undefined);

    expect((await scenarios.listAll()).items.map((scenario) => scenario.scenarioId)).to.deep.equal(['inner']);
  });
});

async function everything({ scenarios, testRuns, chaosEvents, testResults }: Repositories): Promise<unknown> {
  return Promise.all([scenarios.listAll(), testRuns.find({}), chaosEvents.find({}), testResults.find({})]);
}
