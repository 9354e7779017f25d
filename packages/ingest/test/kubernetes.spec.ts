import { expect } from 'chai';

import { imported, openWorld } from './import-world.js';

const engine = (name: string, env: Readonly<Record<string, unknown>>): object => ({
  apiVersion: 'litmuschaos.io/v1alpha1',
  kind: 'ChaosEngine',
  metadata: { name: 'engine-under-fire', namespace: 'trading' },
  spec: {
    appinfo: { applabel: 'app=trading-engine' },
    experiments: [
      {
        name,
        spec: { components: { env: Object.entries(env).map(([key, value]) => ({ name: key, value })) } },
      },
    ],
  },
});

const result = (verdict: string, status: object = {}): object => ({
  apiVersion: 'litmuschaos.io/v1alpha1',
  kind: 'ChaosResult',
  metadata: { name: 'engine-pod-delete', namespace: 'trading' },
  spec: { engine: 'engine', experiment: 'pod-delete' },
  status: { experimentStatus: { phase: 'Completed', verdict, probeSuccessPercentage: '100' }, ...status },
});

const mesh = (kind: string, spec: object): object => ({
  apiVersion: 'chaos-mesh.org/v1alpha1',
  kind,
  metadata: { name: 'mesh', namespace: 'trading' },
  spec,
});

describe('Litmus', () => {
  describe('Given a ChaosEngine', () => {
    it('When it is imported, Then it is a draft scenario without a run, its times in milliseconds', async () => {
      const { entry, scenarios, runs } = await imported(
        engine('pod-network-latency', {
          TOTAL_CHAOS_DURATION: '60',
          NETWORK_LATENCY: '2000',
          DB_PASSWORD: 'hidden-one',
        }),
      );
      expect(entry).to.include({ format: 'litmus', outcome: 'recorded', run: null });
      expect(scenarios[0]).to.include({ scenarioType: 'network_latency', status: 'draft' });
      expect(scenarios[0]!.servicesUnderTest).to.deep.equal(['trading-engine']);
      expect(scenarios[0]!.configuration['settings']).to.deep.equal([
        { experiment: 'pod-network-latency', durationMs: 60_000, latencyMs: 2_000 },
      ]);
      expect(JSON.stringify(scenarios[0])).to.not.include('hidden-one');
      expect(runs).to.deep.equal([]);
    });

    for (const [name, type] of [
      ['pod-delete', 'service_restart'],
      ['pod-network-loss', 'network_partition'],
      ['pod-cpu-hog', 'resource_exhaustion'],
      ['something-own', 'combined'],
    ] as const) {
      it(`When its experiment is ${name}, Then the type is ${type}`, async () => {
        expect((await imported(engine(name, {}))).scenarios[0]!.scenarioType).to.equal(type);
      });
    }
  });

  describe('Given a ChaosResult', () => {
    const probes = { probeStatuses: [{ name: 'ping', type: 'httpProbe', status: { verdict: 'Passed' } }] };
    for (const [verdict, status] of [
      ['Pass', 'passed'],
      ['Fail', 'failed'],
      ['Stopped', 'cancelled'],
      ['Awaited', 'running'],
      ['Odd', 'error'],
    ] as const) {
      it(`When the verdict is ${verdict}, Then the run is ${status}`, async () => {
        expect((await imported(result(verdict, probes))).runs[0]).to.include({ status, unverified: false });
      });
    }

    it('When it passed without any probe, Then it is unverified', async () => {
      expect((await imported(result('Pass'))).runs[0]).to.include({ status: 'passed', unverified: true });
    });

    it('When probes failed, or have a verdict for each step, Then they are results; the share in the file is checked', async () => {
      const probeStatuses = [
        { name: 'ping', type: 'httpProbe', status: { verdict: 'Failed', description: 'answered 503' } },
        { name: 'old', type: 'k8sProbe', status: { PreChaos: 'Passed 👍', PostChaos: 'Passed 👍' } },
        { name: 'never', type: 'promProbe', status: { verdict: 'N/A' } },
      ];
      const { results, entry } = await imported(result('Fail', { probeStatuses }));
      expect(results.map(({ assertionType, status }) => [assertionType, status])).to.deep.equal([
        ['availability', 'failed'],
        ['service_health', 'passed'],
        ['service_health', 'skipped'],
      ]);
      expect(results[0]!.errorDetails).to.equal('answered 503');
      expect(entry.warnings.join()).to.include('says that 100 % of its probes passed; its probes say 33 %');
    });
  });
});

describe('Chaos Mesh', () => {
  describe('Given an experiment or a Schedule', () => {
    for (const [kind, spec, type] of [
      ['PodChaos', { action: 'pod-kill' }, 'service_restart'],
      ['NetworkChaos', { action: 'delay', delay: { latency: '90ms' }, duration: '1m30s' }, 'network_latency'],
      ['NetworkChaos', { action: 'partition' }, 'network_partition'],
      ['StressChaos', { stressors: {} }, 'resource_exhaustion'],
      ['IOChaos', { action: 'mistake' }, 'data_corruption'],
      ['TimeChaos', { timeOffset: '-10m' }, 'combined'],
      [
        'Schedule',
        { schedule: '@every 5s', type: 'PodChaos', podChaos: { action: 'pod-kill' } },
        'service_restart',
      ],
      [
        'Workflow',
        {
          templates: [
            { templateType: 'PodChaos', podChaos: {} },
            { templateType: 'StressChaos', stressChaos: {} },
          ],
        },
        'combined',
      ],
    ] as const) {
      it(`When it is ${kind} ${JSON.stringify(spec)}, Then it is a draft of type ${type}`, async () => {
        const { entry, scenarios } = await imported(mesh(kind, spec));
        expect(entry).to.include({ format: 'chaos-mesh', run: null });
        expect(scenarios[0]).to.include({ scenarioType: type, status: 'draft' });
      });
    }

    it('When durations are Go texts, Then the settings tell them in milliseconds', async () => {
      const { scenarios } = await imported(
        mesh('Schedule', {
          schedule: '@every 1h30m',
          type: 'NetworkChaos',
          networkChaos: {
            action: 'delay',
            duration: '1m30s',
            delay: { latency: '90ms' },
            selector: { labelSelectors: { app: 'feed' }, pods: { ns: ['feed-0'] } },
          },
        }),
      );
      expect(scenarios[0]!.servicesUnderTest).to.deep.equal(['feed', 'feed-0']);
      expect(scenarios[0]!.configuration['settings']).to.deep.equal({
        schedule: '@every 1h30m',
        everyMs: 5_400_000,
        faults: [{ kind: 'NetworkChaos', action: 'delay', durationMs: 90_000, latencyMs: 90 }],
      });
    });
  });

  describe('Given several documents', () => {
    it('When a YAML holds two definitions and a stranger, Then there are two reports and a warning', async () => {
      const world = await openWorld();
      const one = JSON.stringify(mesh('PodChaos', { action: 'pod-kill' }));
      const two = JSON.stringify(engine('pod-delete', {}));
      const { reports } = await world.importText(
        `---\n# first\n${one}\n---\n{kind: ServiceAccount, apiVersion: v1}\n---\n${two}\n`,
      );
      expect(reports.map(({ format }) => format)).to.deep.equal(['chaos-mesh', 'litmus']);
      expect(reports[0]!.warnings.join()).to.include('1 more documents');
    });

    it('When they come as a List, Then each is a report', async () => {
      const world = await openWorld();
      const items = [mesh('PodChaos', {}), mesh('StressChaos', {})];
      const { reports } = await world.importText({ apiVersion: 'v1', kind: 'List', items });
      expect(reports).to.have.length(2);
    });

    it('When a kind is not known, Then the source is refused with the known formats named', async () => {
      const { entry } = await imported({ apiVersion: 'v1', kind: 'ConfigMap' });
      expect(entry.error!.code).to.equal('UNKNOWN_FORMAT');
      expect(entry.error!.message).to.include('JUnit XML').and.include('Litmus');
    });
  });
});
