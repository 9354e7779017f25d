import { expect } from 'chai';

import { imported, openWorld } from './import-world.js';
import { action, at, experiment, held, journal, missed, probe, ran, state, states } from './journals.js';

describe('Chaos Toolkit journals', () => {
  describe('Given a journal of a completed experiment', () => {
    it('When it is imported, Then scenario, run, event and results are recorded', async () => {
      const { entry, scenarios, runs, events, results } = await imported(journal(), {
        fileName: 'a/journal.json',
      });
      expect(entry).to.include({
        file: 'a/journal.json',
        format: 'chaostoolkit-journal',
        outcome: 'recorded',
      });
      expect(scenarios[0]).to.include({
        name: 'The engine survives',
        scenarioType: 'service_restart',
        status: 'active',
      });
      expect(scenarios[0]!.servicesUnderTest).to.deep.equal(['engine']);
      expect(scenarios[0]!.expectedOutcomes).to.deep.equal(['The engine works', 'engine-is-up']);
      expect(runs[0]).to.include({ status: 'passed', durationMs: 9_100, unverified: false });
      expect(events[0]).to.include({
        eventType: 'service_kill',
        targetService: 'engine',
        status: 'recovered',
        durationMs: 1_000,
      });
      expect(results.map(({ name, status }) => [name, status])).to.deep.equal([
        ['engine-is-up', 'passed'],
        ['engine-is-up', 'passed'],
      ]);
    });

    it('When times name no offset, Then they are UTC, and the microseconds are kept as text', async () => {
      const { runs, results } = await imported(journal({ start: '2026-02-01T10:00:00.123456' }));
      expect(runs[0]!.startedAt!.toISOString()).to.equal('2026-02-01T10:00:00.123Z');
      expect(runs[0]!.configurationSnapshot['times']).to.include({ start: '2026-02-01T10:00:00.123456' });
      expect(results[0]!.metadata!['startedAt']).to.equal(at(0));
    });

    it('When the end is before the start, Then it is left out and told', async () => {
      const { runs, entry } = await imported(journal({ end: '2026-01-31T10:00:00' }));
      expect(runs[0]!.completedAt).to.equal(undefined);
      expect(entry.warnings).to.include('the end of the run is before its start and was left out');
    });

    it('When the start is no time, Then the run has none and the report says so', async () => {
      const { runs, entry } = await imported(journal({ start: 'yesterday' }));
      expect(runs[0]!.startedAt).to.equal(undefined);
      expect(entry.warnings.join()).to.include("the journal's start is no time");
    });

    it('When it names secrets in its configuration, Then the scenario holds its shape without them', async () => {
      const told = experiment({
        secrets: { k8s: { token: 'abc' } },
        configuration: { url: 'https://${host}/x' },
      });
      const { scenarios } = await imported(told);
      expect(scenarios[0]!.configuration).to.deep.include({
        secrets: '***',
        configuration: { url: 'https://${***}/x' },
      });
    });

    it('When the same probe occurs in several phases, Then phase and index tell the results apart', async () => {
      const { runs, results } = await imported(
        journal(
          states(state(true, held('engine-is-up', 0)), state(true, held('engine-is-up', 8)), [
            state(true, held('engine-is-up', 3)),
            state(true, held('engine-is-up', 4)),
          ]),
        ),
      );
      const runId = runs[0]!.runId;
      expect(results.map(({ correlationId }) => correlationId)).to.deep.equal(
        ['before:0', 'during[0]:0', 'during[1]:0', 'after:0'].map((place) => `${runId}:${place}`),
      );
    });

    it('When a control left a trace id, Then it is the correlation id', async () => {
      const traced = { ...held('engine-is-up', 0), trace_id: '4bf92f3577b34da6' };
      const { results } = await imported(journal(states(state(true, traced), null)));
      expect(results[0]!.correlationId).to.equal('4bf92f3577b34da6');
    });
  });

  describe('Given the status of a journal', () => {
    const cases = [
      ['completed', false, 'passed'],
      ['completed', true, 'failed'],
      ['failed', false, 'failed'],
      ['failed', true, 'failed'],
      ['aborted', false, 'error'],
      ['aborted', true, 'failed'],
      ['interrupted', false, 'cancelled'],
      ['exploded', false, 'error'],
    ] as const;
    for (const [status, deviated, expected] of cases) {
      it(`When it is ${status} and deviated is ${deviated}, Then the run is ${expected}`, async () => {
        const { runs } = await imported(journal({ status, deviated }));
        expect(runs[0]!.status).to.equal(expected);
      });
    }

    it('When there is none because the experiment was cut off, Then the run is an error and its event is in progress', async () => {
      const {
        status: _status,
        end: _end,
        ...cutOff
      } = journal({ steady_states: { before: null, after: null } });
      const { runs, events, entry } = await imported(cutOff);
      expect(runs[0]!.status).to.equal('error');
      expect(events[0]!.status).to.equal('in_progress');
      expect(entry.warnings.join()).to.include('cut off');
    });
  });

  describe('Given an experiment that checks nothing', () => {
    it('When it completed without a hypothesis, Then it passed unverified and has no rate', async () => {
      const { 'steady-state-hypothesis': _none, ...bare } = experiment();
      const { entry, runs } = await imported(journal({ experiment: bare, steady_states: null }));
      expect(runs[0]).to.include({ status: 'passed', unverified: true });
      expect(entry.passRate.rate).to.equal(null);
      const world = await openWorld();
      await world.importOne(journal({ experiment: bare, steady_states: null }));
      expect((await world.ports.testRuns.calculatePassRate()).excluded.unverified).to.equal(1);
    });

    it('When its hypothesis has no probes, Then it is unverified too', async () => {
      const empty = experiment({ 'steady-state-hypothesis': { title: 'Nothing', probes: [] } });
      const { runs } = await imported(journal({ experiment: empty, ...states(state(true), state(true)) }));
      expect(runs[0]!.unverified).to.equal(true);
    });

    it('When it was a dry run, Then no fault is recorded and nothing counts as checked', async () => {
      const { runs, events, results } = await imported(journal({ experiment: experiment({ dry: true }) }));
      expect(runs[0]!.unverified).to.equal(true);
      expect(events).to.deep.equal([]);
      expect(results.map(({ status }) => status)).to.deep.equal(['skipped', 'skipped']);
    });
  });

  describe('Given the probes of a hypothesis', () => {
    const three = experiment({
      'steady-state-hypothesis': { title: 'All', probes: [probe('one'), probe('two'), probe('three')] },
    });

    it('When one misses its tolerance, Then it failed, and those behind it are skipped', async () => {
      const { results } = await imported(
        journal({
          experiment: three,
          status: 'completed',
          deviated: true,
          ...states(null, state(false, held('one', 7), missed('two', 8))),
        }),
      );
      expect(results.map(({ name, status }) => [name, status])).to.deep.equal([
        ['one', 'passed'],
        ['two', 'failed'],
        ['three', 'skipped'],
      ]);
      expect(results[1]).to.include({ expectedValue: 'true', actualValue: 'false' });
    });

    it('When one ends in an exception, Then it is an error and no failure', async () => {
      const broken = ran(probe('one'), 7, 8, {
        status: 'failed',
        tolerance_met: false,
        output: null,
        exception: ['Traceback\n', 'Boom: no route\n'],
      });
      const { entry, results } = await imported(
        journal({ experiment: three, status: 'failed', ...states(null, state(false, broken)) }),
      );
      expect(results[0]).to.include({
        status: 'error',
        errorDetails: 'Traceback\nBoom: no route',
        actualValue: 'null',
      });
      expect(entry.results).to.deep.equal({ passed: 0, failed: 0, skipped: 2, error: 1, flaky: 0, total: 3 });
      expect(entry.passRate).to.deep.equal({
        rate: null,
        passed: 0,
        failed: 0,
        excluded: { skipped: 2, error: 1 },
      });
    });

    it('When a probe of the method has no tolerance, Then it observed and is skipped, and the report says so', async () => {
      const { tolerance: _none, ...observing } = probe('read-logs');
      const { results, entry } = await imported(journal({ run: [ran(observing, 3, 4)] }));
      expect(results.find(({ name }) => name === 'read-logs')!.status).to.equal('skipped');
      expect(entry.warnings.join()).to.include('read-logs');
    });

    it('When a probe of the method fails in a completed run, Then the run still passed', async () => {
      const { runs, results } = await imported(
        journal({ run: [ran(probe('odd'), 3, 4, { status: 'failed' })] }),
      );
      expect(runs[0]!.status).to.equal('passed');
      expect(results.find(({ name }) => name === 'odd')!.status).to.equal('error');
    });

    it('When the tolerance and the output are JSON, Then they are canonical text, cut at the limit', async () => {
      const ranged = probe('one', { tolerance: { type: 'range', range: [1, 2] } });
      const { results } = await imported(
        journal(
          states(
            state(true, ran(ranged, 0, 1, { tolerance_met: true, output: { b: 'x'.repeat(9_000), a: 1 } })),
            null,
          ),
        ),
      );
      expect(results[0]!.expectedValue).to.equal('{"range":[1,2],"type":"range"}');
      expect(results[0]!.actualValue).to.match(/^\{"a":1,"b":"x+… \(\d+ more characters\)$/);
    });
  });

  describe('Given the kind of assertion', () => {
    const kinds = [
      [{ provider: { type: 'http', url: 'https://shop.example/orders' } }, 'availability'],
      [{ provider: { type: 'http', url: 'https://shop.example/health' } }, 'service_health'],
      [{ provider: { type: 'http', url: 'https://health.example/orders' } }, 'availability'],
      [{ provider: { type: 'python', module: 'm', func: 'count_pods' } }, 'service_health'],
      [{ provider: { type: 'python', module: 'm', func: 'query_latency_p99' } }, 'response_time'],
      [{ provider: { type: 'python', module: 'm', func: 'error_rate' } }, 'error_rate'],
    ] as const;
    for (const [parts, expected] of kinds) {
      it(`When the provider is ${JSON.stringify(parts.provider)}, Then it is ${expected}`, async () => {
        const { results } = await imported(
          journal(states(state(true, ran(probe('p', parts), 0, 1, { tolerance_met: true })), null)),
        );
        expect(results[0]!.assertionType).to.equal(expected);
      });
    }

    it('When nothing tells, Then it is service_health with a warning', async () => {
      const odd = probe('odd', { provider: { type: 'python', module: 'm', func: 'f' } });
      const { results, entry } = await imported(
        journal(states(state(true, ran(odd, 0, 1, { tolerance_met: true })), null)),
      );
      expect(results[0]!.assertionType).to.equal('service_health');
      expect(entry.warnings).to.include(
        'the kind of assertion is not known and is taken for service_health: odd',
      );
    });
  });

  describe('Given experiments', () => {
    it('When a bare one is imported, Then a draft scenario is recorded without a run, and its journal activates it', async () => {
      const world = await openWorld();
      const draft = await world.importOne(experiment());
      expect(draft).to.include({ format: 'chaostoolkit-experiment', outcome: 'recorded', run: null });
      expect((await world.stored()).scenarios[0]!.status).to.equal('draft');
      const run = await world.importOne(journal({ experiment: experiment({ dry: false }) }));
      expect(run.scenario!.scenarioId).to.equal(draft.scenario!.scenarioId);
      expect((await world.stored()).scenarios[0]!.status).to.equal('active');
      expect((await world.stored()).scenarios).to.have.length(1);
    });

    it('When two share a title, Then they are two scenarios; a title beyond ASCII has a readable id', async () => {
      const world = await openWorld();
      const one = await world.importOne(experiment({ title: 'Börse fällt aus 取引所' }));
      const two = await world.importOne(
        experiment({ title: 'Börse fällt aus 取引所', description: 'another' }),
      );
      expect(one.scenario!.scenarioId).to.match(/^borse-fallt-aus-[0-9a-f]{12}$/);
      expect(two.scenario!.scenarioId).to.not.equal(one.scenario!.scenarioId);
    });

    it('When one is YAML, Then it is the same scenario as in JSON', async () => {
      const world = await openWorld();
      const json = await world.importOne({ title: 'T', method: [], tags: ['a'] });
      const yaml = await world.importOne('title: T\nmethod: []\ntags: [a]\n');
      expect(yaml.scenario!.scenarioId).to.equal(json.scenario!.scenarioId);
      expect(yaml.outcome).to.equal('duplicate');
    });

    const types = [
      [[action('terminate_pods')], 'service_restart'],
      [[action('add_latency', {}, 'chaosk8s.chaosmesh.network.actions')], 'network_latency'],
      [[action('deny_all_ingress', {}, 'chaosk8s.networking.actions')], 'network_partition'],
      [[action('add_abort_fault', {}, 'chaosistio.fault.actions')], 'network_partition'],
      [[action('stress_cpu', {}, 'chaosazure.machine.actions')], 'resource_exhaustion'],
      [[action('terminate_pods'), action('stress_cpu', {}, 'chaosazure.machine.actions')], 'combined'],
      [[action('say_hello', {}, 'my.actions')], 'combined'],
    ] as const;
    for (const [method, expected] of types) {
      it(`When the method is ${method.map(({ name }) => String(name)).join(', ')}, Then the type is ${expected}`, async () => {
        const { scenarios } = await imported(experiment({ method }));
        expect(scenarios[0]!.scenarioType).to.equal(expected);
      });
    }
  });
});
