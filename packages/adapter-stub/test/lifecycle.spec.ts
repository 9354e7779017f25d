import { expect } from 'chai';
import { createStubAdapter, type StubAdapter } from '@test-coordinator/adapter-stub';
import { fixtures } from '@test-coordinator/contract-tests';
import type { Logger, LogFields } from '@test-coordinator/ports';

import { openAdapter, recordRun, refusalOf } from './opened-adapter.js';

interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: LogFields;
}

function recordingLogger(isDebugEnabled: boolean): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const write =
    (level: Line['level']) =>
    (fields: LogFields): void => {
      lines.push({ level, fields });
    };
  const logger: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    isDebugEnabled: () => isDebugEnabled,
  };
  return { logger, lines };
}

function calls({ ports }: StubAdapter): readonly Promise<unknown>[] {
  return [
    ports.scenarios.listAll(),
    ports.testRuns.getRecentRuns(),
    ports.chaosEvents.getActiveEvents(),
    ports.testResults.countByStatus(),
    ports.serviceDiscovery.getServiceCount(),
    ports.cache.keys(),
    ports.executionLocks.inspect('engine'),
    ports.activeRuns.list(),
    ports.unitOfWork.run(async () => undefined),
  ];
}

describe('Given the life of the in-memory adapter', () => {
  it('When it is not started, Then every port is CLOSED and its health is down', async () => {
    const adapter = createStubAdapter();

    expect(await Promise.all(calls(adapter).map(refusalOf))).to.deep.equal(Array(9).fill('CLOSED'));
    expect(await adapter.checkHealth()).to.include({ name: 'memory', status: 'down' });
  });

  it('When it is started twice at once, Then it works and says so once', async () => {
    const { logger, lines } = recordingLogger(false);
    const adapter = createStubAdapter({ logger });

    await Promise.all([adapter.start(), adapter.start()]);
    await adapter.start();

    expect(await Promise.all(calls(adapter).map(refusalOf))).to.deep.equal(Array(9).fill(undefined));
    expect(lines).to.deep.equal([{ level: 'info', fields: { adapter: 'memory' } }]);
  });

  it('When it is started, Then its health is up and warns that nothing survives a restart', async () => {
    const { adapter } = await openAdapter();
    await recordRun(adapter);

    const { status, detail } = await adapter.checkHealth();

    expect(status).to.equal('up');
    expect(detail).to.include('nothing survives a restart').and.to.include('2 records');
  });

  it('When it is stopped twice, Then every port is CLOSED and it cannot start again', async () => {
    const { logger, lines } = recordingLogger(false);
    const { adapter } = await openAdapter({}, logger);

    await Promise.all([adapter.stop(), adapter.stop()]);

    expect(await Promise.all(calls(adapter).map(refusalOf))).to.deep.equal(Array(9).fill('CLOSED'));
    expect(await refusalOf(adapter.start())).to.equal('CLOSED');
    expect(await adapter.checkHealth()).to.include({ status: 'down' });
    expect(lines).to.have.length(2);
  });

  it('When it is stopped while a lock is held, Then the lease is released first, and logged as such', async () => {
    const { logger, lines } = recordingLogger(true);
    const { adapter } = await openAdapter({}, logger);
    const lease = await adapter.ports.executionLocks.acquire('engine', {
      owner: 'ada',
      ttlMs: 60_000,
      requestId: 'r-1',
    });
    const { resource, fence } = lease;
    await lease.renew();

    await adapter.stop();

    expect(await lease.release(), 'whether it was held').to.equal(true);
    expect(await refusalOf(lease.renew())).to.equal('CLOSED');
    const debug = lines.filter(({ level }) => level === 'debug').map(({ fields }) => fields);
    expect(debug).to.deep.equal([
      { operation: 'executionLocks.acquire', resource, fence, actor: undefined, requestId: 'r-1' },
      { operation: 'executionLocks.renew', resource, fence, actor: undefined, requestId: undefined },
      { operation: 'executionLocks.release', resource, fence, actor: undefined, requestId: undefined },
    ]);
  });

  it('When it is stopped during a unit of work, Then the unit is finished and committed first', async () => {
    const { adapter } = await openAdapter();
    const order: string[] = [];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const unit = adapter.ports.unitOfWork.run(async ({ scenarios }) => {
      await released;
      const created = await scenarios.create(fixtures.scenario());
      order.push('unit');
      return created;
    });

    const stopped = adapter.stop().then(() => order.push('stop'));
    expect(await refusalOf(adapter.ports.scenarios.listAll())).to.equal('CLOSED');
    release();
    await stopped;

    expect(order).to.deep.equal(['unit', 'stop']);
    expect((await unit).scenarioId).to.equal(fixtures.scenario().scenarioId);
  });

  it('When it is stopped during a unit that fails, Then the stop does not fail', async () => {
    const { adapter } = await openAdapter();
    const unit = adapter.ports.unitOfWork.run(() => Promise.reject(new Error('the work failed')));
    const outcome = unit.catch((error: unknown) => error);

    await adapter.stop();

    expect(await outcome).to.have.property('message', 'the work failed');
  });

  it('When it is left by await using, Then it is stopped', async () => {
    let left: StubAdapter;
    {
      await using adapter = createStubAdapter();
      await adapter.start();
      left = adapter;
    }

    expect(await refusalOf(left.ports.cache.get('key'))).to.equal('CLOSED');
  });

  for (const [name, settings] of [
    ['staleThresholdMs', { staleThresholdMs: 0 }],
    ['defaultTtlSeconds', { defaultTtlSeconds: Number.NaN }],
    ['activeRunTtlMs', { activeRunTtlMs: -1 }],
    ['watchWindow', { watchWindow: 0 }],
    ['watchWindow', { watchWindow: 1.5 }],
  ] as const) {
    it(`When ${name} is ${Object.values(settings)[0]}, Then it is refused by its name`, () => {
      expect(() => createStubAdapter({ settings })).to.throw(name);
    });
  }
});

describe('Given the log of the in-memory adapter', () => {
  it('When debug is on, Then each operation is logged with its kind, its ids and who asked', async () => {
    const { logger, lines } = recordingLogger(true);
    const { adapter } = await openAdapter({}, logger);
    const { runId } = await recordRun(adapter);

    await adapter.ports.testRuns.startRun(runId, { actor: 'ada', requestId: 'r-1' });

    const debug = lines.filter(({ level }) => level === 'debug').map(({ fields }) => fields);
    expect(debug).to.deep.equal([
      {
        operation: 'scenarios.create',
        scenarioId: fixtures.scenario().scenarioId,
        actor: undefined,
        requestId: undefined,
      },
      { operation: 'testRuns.create', runId, actor: undefined, requestId: undefined },
      { operation: 'testRuns.startRun', runId, actor: 'ada', requestId: 'r-1' },
    ]);
  });

  it('When a unit of work is committed, Then its operations and the unit are logged', async () => {
    const { logger, lines } = recordingLogger(true);
    const { adapter } = await openAdapter({}, logger);

    await adapter.ports.unitOfWork.run(({ scenarios }) => scenarios.create(fixtures.scenario()), {
      requestId: 'r-2',
    });

    const operations = lines.filter(({ level }) => level === 'debug').map(({ fields }) => fields);
    expect(operations.map(({ operation }) => operation)).to.deep.equal([
      'scenarios.create',
      'unitOfWork.run',
    ]);
    expect(operations.at(-1)).to.include({ requestId: 'r-2' });
  });

  it('When an operation is refused, Then nothing that the caller gave is logged', async () => {
    const { logger, lines } = recordingLogger(true);
    const { adapter } = await openAdapter({}, logger);

    await refusalOf(adapter.ports.testRuns.getById('a secret that was pasted here'));

    expect(lines.filter(({ level }) => level === 'debug')).to.deep.equal([]);
  });

  it('When debug is off, Then operations are not logged', async () => {
    const { logger, lines } = recordingLogger(false);
    const { adapter } = await openAdapter({}, logger);

    await recordRun(adapter);

    expect(lines.filter(({ level }) => level === 'debug')).to.deep.equal([]);
  });
});
