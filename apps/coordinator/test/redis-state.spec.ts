import { FaultProxy, RedisServer } from '@test-coordinator/services';
import { expect } from 'chai';

import { CoordinatorHere } from './coordinator-here.js';
import { CoordinatorProcess, SERVING, type RunningCoordinator } from './coordinator-process.js';
import { eventually } from './eventually.js';
import { runInProcess } from './in-process.js';
import { run, scenario } from './records.js';

const ADAPTER = 'TEST_COORDINATOR_ADAPTER_';
const HEARTBEAT_SECONDS = 0.2;
const STALE_SECONDS = 2;

interface Coordinator {
  readonly process: RunningCoordinator;
  readonly url: string;
}

const ready = async ({ url }: Coordinator) => {
  const response = await fetch(`${url}/readyz`);
  return { code: response.status, ...((await response.json()) as { status: string; detail: string }) };
};

interface Service {
  readonly serviceId: string;
  readonly httpPort: number;
  readonly lastSeen: string;
}
const list = ({ url }: Coordinator) => fetch(`${url}/api/v1/services?serviceName=test-coordinator`);
const services = async (coordinator: Coordinator) =>
  ((await (await list(coordinator)).json()) as { readonly items: readonly Service[] }).items;
const portOf = ({ url }: Coordinator) => Number(new URL(url).port);

/** The ports of the coordinators that this one lists; or the code with which it refuses. */
async function listed(coordinator: Coordinator): Promise<string> {
  const response = await list(coordinator);
  const { items, code } = (await response.json()) as { items?: readonly Service[]; code?: string };
  if (items === undefined) return `${response.status} ${code}`;
  return inOrder(items.map(({ httpPort }) => httpPort));
}
const inOrder = (ports: readonly number[]) => ports.toSorted((a, b) => a - b).join(' ');

describe('Coordinators on one Redis', function () {
  this.timeout(180_000);
  let redis: RedisServer;
  let settings: Record<string, string>;
  const started: RunningCoordinator[] = [];
  beforeEach(async () => {
    redis = await RedisServer.start();
    settings = {
      TEST_COORDINATOR_HTTP_PORT: '0',
      [`${ADAPTER}REDIS_URL`]: redis.url,
      [`${ADAPTER}REDIS_POOL_SIZE`]: '2',
      [`${ADAPTER}REDIS_SOCKET_TIMEOUT`]: '0.5',
      [`${ADAPTER}REDIS_SOCKET_CONNECT_TIMEOUT`]: '0.5',
      [`${ADAPTER}HEARTBEAT_INTERVAL`]: String(HEARTBEAT_SECONDS),
      [`${ADAPTER}STALE_SERVICE_THRESHOLD`]: String(STALE_SECONDS),
    };
  });
  afterEach(async () => {
    for (const process of started) process.kill('SIGKILL');
    await Promise.all(started.splice(0).map((process) => process.ended()));
    await redis.stop();
  });

  /** In a process of its own: for what is killed, or stops alone. */
  const serve = () => serving(new CoordinatorProcess(['serve'], settings));
  const serveHere = () => serving(new CoordinatorHere(settings));
  async function serving(process: RunningCoordinator): Promise<Coordinator> {
    started.push(process);
    const [, url] = await process.saying(SERVING);
    return { process, url: url! };
  }

  const seeEachOther = (coordinators: readonly Coordinator[]) => {
    const all = inOrder(coordinators.map(portOf));
    return eventually(`each lists ${all}`, async () =>
      (await Promise.all(coordinators.map(listed))).every((ports) => ports === all),
    );
  };

  it('Given two coordinators, When they serve, Then they see each other, and one that is killed is gone after the threshold', async () => {
    const [one, other] = await Promise.all([serveHere(), serve()]);
    await seeEachOther([one, other]);

    other.process.kill('SIGKILL');
    await other.process.ended();
    const killed = (await services(one)).find(({ httpPort }) => httpPort === portOf(other))!;
    await seeEachOther([one]);

    expect(Date.now() - new Date(killed.lastSeen).getTime()).to.be.at.least(STALE_SECONDS * 1_000);
    expect(one.process.stdout)
      .to.include('removed services that sent no heartbeat')
      .and.include(killed.serviceId);
  });

  it('Given two coordinators, When one is asked to stop, Then it is gone at once', async () => {
    const [one, other] = await Promise.all([serveHere(), serve()]);
    await seeEachOther([one, other]);
    other.process.kill('SIGTERM');
    expect((await other.process.ended()).code).to.equal(0);
    expect(await listed(one)).to.equal(inOrder([portOf(one)]));
  });

  interface Answered {
    readonly status: number;
    readonly code?: string;
    readonly runId?: string;
    readonly leaseId?: string;
    readonly fence?: number;
  }
  const post = async (
    { url }: Coordinator,
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<Answered> => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { ...((await response.json()) as object), status: response.status };
  };

  it('Given two coordinators, When one Idempotency-Key comes to both at once, Then both give the run the same id', async () => {
    const both = await Promise.all([serveHere(), serveHere()]);
    for (const one of both) await post(one, 'scenarios', scenario());
    const keyed = { 'idempotency-key': 'nightly-42' };
    const runs = await Promise.all([...both, ...both].map((one) => post(one, 'runs', run(), keyed)));
    expect(runs.map(({ status }) => status)).to.deep.equal([201, 201, 201, 201]);
    expect(runs[0]!.runId).to.be.a('string');
    expect(new Set(runs.map(({ runId }) => runId)).size).to.equal(1);
  });

  it('Given a lease of a coordinator that is killed, When it is renewed elsewhere, Then it is 404; and the lock is free when its ttl has passed', async () => {
    const [one, other] = await Promise.all([serve(), serveHere()]);
    const wanted = { owner: 'worker', ttlMs: 2_000 };
    const lease = await post(one, 'locks/run:1', wanted);
    expect(lease).to.include({ status: 201 });
    expect(await post(other, 'locks/run:1', wanted)).to.include({ status: 423, code: 'LOCK_HELD' });
    one.process.kill('SIGKILL');
    await one.process.ended();
    const renewal = await fetch(`${other.url}/api/v1/locks/run:1/leases/${lease.leaseId}/renew`, {
      method: 'POST',
    });
    expect(renewal.status).to.equal(404);
    const next = await post(other, 'locks/run:1', { ...wanted, waitMs: 30_000 });
    expect(next).to.include({ status: 201 });
    expect(next.fence).to.be.above(lease.fence!);
  });

  it('Given a registry that has lost its data, When the next heartbeat comes, Then the coordinators are back', async () => {
    const [one, other] = await Promise.all([serveHere(), serveHere()]);
    await seeEachOther([one, other]);
    await redis.kill();
    await redis.restart();
    await seeEachOther([one, other]);
  });

  it('Given a Redis that is away, When a coordinator starts, Then it serves records, is degraded, and recovers by itself', async () => {
    await redis.kill();
    const coordinator = await serveHere();

    const created = await fetch(`${coordinator.url}/api/v1/scenarios`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(scenario()),
    });
    expect(created.status).to.equal(201);
    expect(await ready(coordinator)).to.include({ code: 200, status: 'degraded' });
    expect(await listed(coordinator)).to.equal('503 UNAVAILABLE');
    await coordinator.process.saying(/the service registry is away/);

    await redis.restart();
    await seeEachOther([coordinator]);
    expect(await ready(coordinator)).to.include({ code: 200, status: 'ok' });
    coordinator.process.kill('SIGTERM');
    expect((await coordinator.process.ended()).code).to.equal(0);
    const told = coordinator.process.stdout.split('the service registry is away').length - 1;
    expect(told, 'times that the outage is told').to.equal(1);
  });

  for (const fault of ['refuses connections', 'swallows everything'] as const) {
    it(`Given a coordinator, When its Redis ${fault}, Then it serves records, is degraded, stops cleanly or recovers`, async () => {
      await using proxy = await FaultProxy.start({ port: redis.port });
      settings[`${ADAPTER}REDIS_URL`] = proxy.url(redis.url);
      const [stopped, recovering] = await Promise.all([serve(), serveHere()]);
      await seeEachOther([stopped, recovering]);

      if (fault === 'refuses connections') await redis.kill();
      else proxy.inject({ kind: 'black hole' });
      for (const coordinator of [stopped, recovering]) {
        await eventually('it is degraded', async () => (await ready(coordinator)).status === 'degraded');
        await eventually(
          'the registry is refused',
          async () => (await listed(coordinator)) === '503 UNAVAILABLE',
        );
        expect((await fetch(`${coordinator.url}/api/v1/scenarios`)).status).to.equal(200);
      }
      stopped.process.kill('SIGTERM');
      expect((await stopped.process.ended()).code).to.equal(0);

      if (fault === 'refuses connections') await redis.restart();
      else proxy.heal();
      await seeEachOther([recovering]);
      await eventually('it is as before', async () => (await ready(recovering)).status === 'ok');
    });
  }

  it('Given a Redis, When health is asked for, Then its role, limits and topology are told, and no secret', async () => {
    settings[`${ADAPTER}REDIS_URL`] = redis.url.replace('//', '//default:hunter2@');
    const { code, stdout, stderr } = await runInProcess(['health'], settings);
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout)
      .to.match(/^memory is up .*\n +role +records, in the memory/)
      .and.match(/^redis is up /m)
      .and.match(/role +cache, service registry, locks and live state, shared by all .* tc:\*/)
      .and.match(/limits +2 connections to each server, 0\.5 s for a command; .* stale after 2 s/)
      .and.match(/state +one server, answers on 2 of 2 connections/)
      .and.not.include('hunter2');
  });

  it('Given a Redis, When a coordinator serves, Then it says where cache and registry are', async () => {
    const coordinator = await serveHere();
    expect((await ready(coordinator)).detail).to.include(
      'cache, service registry, locks and live state are in Redis',
    );
    expect(coordinator.process.stdout).to.include(
      'cache, service registry, locks and live state are in Redis',
    );
  });

  it('Given a password that Redis refuses, When a command starts, Then one line says so, and the code is 3', async () => {
    settings[`${ADAPTER}REDIS_URL`] = redis.url.replace('//', '//nobody:hunter2@');
    const { code, stdout, stderr } = await runInProcess(['health'], settings);
    expect([code, stdout]).to.deep.equal([3, '']);
    expect(stderr).to.include('refuses the user or the password').and.not.include('hunter2');
  });
});
