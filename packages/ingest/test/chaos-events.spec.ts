import { expect } from 'chai';

import { imported } from './import-world.js';
import { action, held, journal, missed, ran, state, states } from './journals.js';

const scale = (name: string, replicas: number): ReturnType<typeof action> =>
  action('scale_deployment', { name, replicas }, 'chaosk8s.deployment.actions');
const command = (path: string, args: string): ReturnType<typeof action> => ({
  type: 'action',
  name: `${path} ${args}`,
  provider: { type: 'process', path, arguments: args },
});
const unhealed = states(null, state(false, missed('engine-is-up', 8)));

describe('Chaos events of journals', () => {
  describe('Given the actions of a method', () => {
    const faults = [
      [action('terminate_pods'), 'service_kill', 'engine'],
      [scale('engine', 0), 'service_kill', 'engine'],
      [
        action('rollout_deployment', { name: 'engine' }, 'chaosk8s.deployment.actions'),
        'service_restart',
        'engine',
      ],
      [
        action('stop_instances', { instance_ids: ['i-1', 'i-2'] }, 'chaosaws.ec2.actions'),
        'service_kill',
        'i-1',
      ],
      [
        action('create_latency_toxic', { proxy_name: 'feed' }, 'chaostoxi.toxic.actions'),
        'network_latency',
        'feed',
      ],
      [
        action('disable_proxy', { proxy_name: 'feed' }, 'chaostoxi.proxy.actions'),
        'network_partition',
        'feed',
      ],
      [
        action('set_loss', { label_selector: 'app=feed,tier=1' }, 'chaosk8s.chaosmesh.network.actions'),
        'network_packet_loss',
        'feed',
      ],
      [action('stress_memory', { name: 'feed' }, 'chaosazure.machine.actions'), 'memory_stress', 'feed'],
      [action('burn_io', { name: 'feed' }, 'chaosazure.machine.actions'), 'disk_io_stress', 'feed'],
      [command('/usr/bin/docker', 'restart feed'), 'service_restart', 'feed'],
      [command('sudo', 'tc qdisc add dev eth0 root netem delay 200ms'), 'network_latency', 'eth0'],
      [command('stress-ng', '--cpu 2 --timeout 5s'), 'cpu_stress', 'unknown'],
      [command('kubectl', 'scale deployment/feed --replicas=0'), 'service_kill', 'feed'],
    ] as const;
    for (const [fault, eventType, targetService] of faults) {
      it(`When one is ${JSON.stringify(fault['provider'])}, Then it is ${eventType} on ${targetService}`, async () => {
        const { events } = await imported(journal({ run: [ran(fault, 1, 2)] }));
        expect(events).to.have.length(1);
        expect(events[0]).to.include({ eventType, targetService });
      });
    }

    it('When actions only load or log, Then they are no faults: the log and the warnings hold them', async () => {
      const { entry, events, runs } = await imported(
        journal({
          run: [ran(command('/opt/load', '--rate 5'), 1, 2), ran(action('wait', {}, 'my.log'), 2, 3)],
        }),
      );
      expect(events).to.deep.equal([]);
      expect(runs[0]!.configurationSnapshot['executionLog']).to.have.length(2);
      expect(entry.warnings.join()).to.include('/opt/load --rate 5, wait');
    });

    it('When one failed, Then its event failed and has no recovery', async () => {
      const { events } = await imported(
        journal({ run: [ran(action('terminate_pods'), 1, 2, { status: 'failed' })] }),
      );
      expect(events[0]!.status).to.equal('failed');
      expect(events[0]!.recoveryTimeMs).to.equal(undefined);
    });

    it('When one outlives its action, Then its duration argument tells how long it lasts', async () => {
      const latency = action(
        'add_latency',
        { name: 'feed', duration: '30s' },
        'chaosk8s.chaosmesh.network.actions',
      );
      const { events } = await imported(journal({ run: [ran(latency, 1, 1.05)] }));
      expect(events[0]!.durationMs).to.equal(30_000);
    });

    it('When a fault names no target, Then it is unknown and told', async () => {
      const { events, entry } = await imported(journal({ run: [ran(action('terminate_pods', {}), 1, 2)] }));
      expect(events[0]!.targetService).to.equal('unknown');
      expect(entry.warnings.join()).to.include('names no target');
    });
  });

  describe('Given rollbacks', () => {
    it('When they are in another order than the faults, Then the target decides which one heals', async () => {
      const { events } = await imported(
        journal({
          run: [ran(scale('engine', 0), 1, 2), ran(scale('feed', 0), 2, 3)],
          rollbacks: [ran(scale('feed', 2), 5, 6), ran(scale('engine', 2), 6, 7.5)],
          ...unhealed,
        }),
      );
      expect(
        events.map(({ targetService, status, recoveryTimeMs }) => [targetService, status, recoveryTimeMs]),
      ).to.deep.equal([
        ['engine', 'recovered', 5_500],
        ['feed', 'recovered', 3_000],
      ]);
    });

    it('When one failed, or is for another target, Then it heals nothing, and the recovery time is unknown', async () => {
      const { events, entry } = await imported(
        journal({
          run: [ran(scale('engine', 0), 1, 2)],
          rollbacks: [ran(scale('engine', 2), 5, 6, { status: 'failed' }), ran(scale('feed', 2), 6, 7)],
          ...unhealed,
        }),
      );
      expect(events[0]!.status).to.equal('injected');
      expect(entry.events[0]!.recoveryTimeMs).to.equal(null);
    });
  });

  describe('Given no rollback', () => {
    it('When the hypothesis holds after, Then the first passing probe after the fault ends the recovery', async () => {
      const { events, entry } = await imported(journal());
      expect(events[0]).to.include({ status: 'recovered', recoveryTimeMs: 6_100 });
      expect(entry.warnings.join()).to.include('may have been earlier');
    });

    it('When a pass during the experiment was followed by a miss, Then it was no recovery yet', async () => {
      const during = [state(true, held('p', 3)), state(false, missed('p', 4)), state(true, held('p', 5))];
      const { events } = await imported(journal(states(null, state(true, held('p', 8)), during)));
      expect(events[0]!.recoveryTimeMs).to.equal(3_100);
    });

    it('When the hypothesis does not hold after, Then the fault never recovered', async () => {
      const { entry } = await imported(journal(unhealed));
      expect(entry.events[0]).to.include({ status: 'injected', recoveryTimeMs: null });
    });
  });
});
