import { expect } from 'chai';
import { gzipSync } from 'node:zlib';

import { DataAdapterError, type Repositories, type UnitOfWork } from '@test-coordinator/ports';
import { importReport, runReport } from '@test-coordinator/ingest';
import { IMPORTED_AT, openWorld } from './import-world.js';
import { experiment, journal } from './journals.js';

const clock = { now: (): Date => IMPORTED_AT };
const STABLE = ['file', 'format', 'outcome', 'scenario', 'run', 'results', 'passRate', 'events', 'warnings'];

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (DataAdapterError.is(error)) return error.code;
    throw error;
  }
}

describe('Importing', () => {
  describe('Given a journal that is not recorded yet', () => {
    it('When it is imported, Then the report has the stable shape, in its order', async () => {
      const world = await openWorld();
      const entry = await world.importOne(journal(), { fileName: 'j.json' });
      expect(Object.keys(entry).slice(0, STABLE.length)).to.deep.equal(STABLE);
      const json = JSON.parse(JSON.stringify(entry)) as Record<string, unknown>;
      const runId = entry.run!.runId;
      expect(json).to.deep.include({
        file: 'j.json',
        format: 'chaostoolkit-journal',
        outcome: 'recorded',
        scenario: {
          scenarioId: entry.scenario!.scenarioId,
          name: 'The engine survives',
          scenarioType: 'service_restart',
        },
        run: {
          runId,
          status: 'passed',
          startedAt: '2026-02-01T10:00:00.000Z',
          completedAt: '2026-02-01T10:00:09.000Z',
          durationMs: 9_100,
        },
        results: { passed: 2, failed: 0, skipped: 0, error: 0, flaky: 0, total: 2 },
        passRate: { rate: 1, passed: 2, failed: 0, excluded: { skipped: 0, error: 0 } },
        events: [
          {
            eventType: 'service_kill',
            targetService: 'engine',
            status: 'recovered',
            injectedAt: '2026-02-01T10:00:01.000Z',
            durationMs: 1_000,
            recoveryTimeMs: 6_100,
          },
        ],
      });
      expect(json).to.not.have.property('error');
    });

    it('When the caller names the environment, Then it goes before that of the file', async () => {
      const world = await openWorld();
      const told = journal({ experiment: experiment({ configuration: { environment: 'staging' } }) });
      expect((await world.importOne(told)).testEnvironment).to.equal('staging');
      const other = await openWorld();
      expect((await other.importOne(told, { environment: 'test-3' })).testEnvironment).to.equal('test-3');
    });
  });

  describe('Given a source that was imported before', () => {
    const again: Readonly<Record<string, string | Uint8Array>> = {
      'the same bytes': JSON.stringify(journal()),
      'the same, gzipped': gzipSync(JSON.stringify(journal())),
      'the same, laid out otherwise': JSON.stringify(journal(), null, 2),
      'the same with its keys in another order': JSON.stringify(
        Object.fromEntries(Object.entries(journal()).toReversed()),
      ),
    };
    for (const [what, content] of Object.entries(again)) {
      it(`When ${what} come again, Then nothing changes, and the report is that of the recorded run`, async () => {
        const world = await openWorld();
        const first = await world.importOne(journal());
        const before = await world.stored();
        const second = await world.importOne(content);
        expect(await world.stored()).to.deep.equal(before);
        const { outcome, warnings, ...figures } = second;
        expect(outcome).to.equal('duplicate');
        expect(warnings[0]).to.include(first.run!.runId);
        expect({ ...figures, outcome: 'recorded', warnings: first.warnings }).to.deep.equal(first);
      });
    }

    it('When it is XML in another encoding, Then it is known too', async () => {
      const world = await openWorld();
      const xml = '<testsuite name="s"><testcase name="c"/></testsuite>';
      await world.importOne(xml);
      expect((await world.importOne(Buffer.from(`\ufeff${xml}`, 'utf16le'))).outcome).to.equal('duplicate');
    });

    it('When it is a definition, Then nothing changes either', async () => {
      const world = await openWorld();
      await world.importOne(experiment());
      const before = await world.stored();
      expect(await world.importOne(experiment())).to.include({ outcome: 'duplicate', run: null });
      expect(await world.stored()).to.deep.equal(before);
    });

    it('When another run of the scenario comes, Then the scenario is used again, whatever became of it', async () => {
      const world = await openWorld();
      const { scenario } = await world.importOne(journal());
      await world.ports.scenarios.updateStatus(scenario!.scenarioId, 'deprecated');
      await world.importOne(journal({ node: 'another runner' }));
      const { scenarios, runs } = await world.stored();
      expect(scenarios.map(({ status }) => status)).to.deep.equal(['deprecated']);
      expect(runs).to.have.length(2);
    });
  });

  describe('Given imports at the same time', () => {
    it('When ten bring the same journal, Then one records it and nine are duplicates', async () => {
      const world = await openWorld();
      const reports = await Promise.all(Array.from({ length: 10 }, () => world.importOne(journal())));
      expect(reports.filter(({ outcome }) => outcome === 'recorded')).to.have.length(1);
      expect(reports.filter(({ outcome }) => outcome === 'duplicate')).to.have.length(9);
      const { runs, results, events } = await world.stored();
      expect([runs.length, results.length, events.length]).to.deep.equal([1, 2, 1]);
    });
  });

  describe('Given a store that fails', () => {
    it('When it fails in the middle, Then the import rejects with its code and nothing is half recorded', async () => {
      const world = await openWorld();
      const failing: UnitOfWork = {
        run: (work, options) =>
          world.ports.unitOfWork.run((repositories) => {
            const testResults: Repositories['testResults'] = Object.create(repositories.testResults, {
              bulkCreate: {
                value: () => Promise.reject(new DataAdapterError('UNAVAILABLE', 'the store is away')),
              },
            }) as Repositories['testResults'];
            return work({ ...repositories, testResults });
          }, options),
      };
      expect(await codeOf(importReport(failing, Buffer.from(JSON.stringify(journal())), { clock }))).to.equal(
        'UNAVAILABLE',
      );
      expect(await world.stored()).to.deep.equal({ scenarios: [], runs: [], events: [], results: [] });
    });

    it('When it refuses a value that the reader let through, Then the file is refused', async () => {
      const refusing: UnitOfWork = {
        run: () => Promise.reject(new DataAdapterError('INVALID_ARGUMENT', 'run: errorMessage is too long')),
      };
      const { reports } = await importReport(refusing, Buffer.from(JSON.stringify(journal())), { clock });
      expect(reports[0]!.error).to.deep.equal({
        code: 'INVALID_REPORT',
        message: 'the content breaks a rule of the store: run: errorMessage is too long',
      });
    });

    it('When the zone is not known, Then that is the caller’s error and not the file’s', async () => {
      const world = await openWorld();
      expect(await codeOf(world.importOne(journal(), { zone: 'Mars/Olympus' }))).to.equal('INVALID_ARGUMENT');
    });
  });

  describe('Given a report of many results', () => {
    it('When it holds 2,500, Then all are recorded, in their order', async () => {
      const world = await openWorld();
      const cases = Array.from({ length: 2_500 }, (_, index) => `<testcase name="case ${index}"/>`).join('');
      const entry = await world.importOne(`<testsuite name="s">${cases}</testsuite>`);
      expect(entry.results.total).to.equal(2_500);
      const { items } = await world.ports.testResults.getByRun(entry.run!.runId, { limit: 1_000 });
      expect(items.map(({ name }) => name)).to.deep.equal(
        Array.from({ length: 1_000 }, (_, index) => `case ${index}`),
      );
    });

    it('When very many failed, Then the report lists fifty and tells how many there are', async () => {
      const world = await openWorld();
      const cases = Array.from(
        { length: 120 },
        (_, index) => `<testcase name="c${index}"><failure message="m"/></testcase>`,
      ).join('');
      const entry = await world.importOne(`<testsuite name="s">${cases}</testsuite>`);
      expect(entry.failures).to.have.length(50);
      expect(entry.failureCount).to.equal(120);
    });
  });

  describe('Given a recorded run', () => {
    it('When its report is asked for, Then it is the one of the import', async () => {
      const world = await openWorld();
      const entry = await world.importOne(journal({ deviated: true }), { fileName: 'j.json' });
      const { reports } = await runReport(world.ports, entry.run!.runId);
      expect(reports).to.deep.equal([entry]);
    });

    it('When no import made it, Then its format is native', async () => {
      const { ports } = await openWorld();
      await ports.scenarios.create({ scenarioId: 's-1', name: 'By hand', scenarioType: 'combined' });
      const { runId } = await ports.testRuns.create({ scenarioId: 's-1' });
      await ports.chaosEvents.create({
        runId,
        eventType: 'cpu_stress',
        targetService: 'a',
        injectedAt: IMPORTED_AT,
      });
      const [entry] = (await runReport(ports, runId)).reports;
      expect(entry).to.deep.include({ file: '-', format: 'native', warnings: [], reason: null });
      expect(entry!.run!.status).to.equal('pending');
      expect(entry!.events).to.have.length(1);
    });

    it('When it does not exist, Then it is NOT_FOUND', async () => {
      const { ports } = await openWorld();
      expect(await codeOf(runReport(ports, '01890000-0000-7000-8000-000000000000'))).to.equal('NOT_FOUND');
    });
  });
});
