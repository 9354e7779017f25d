import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { eventually } from './eventually.js';
import type { FaultKind } from './fault-plan.js';
import { areStopped, childrenOf, isGone, refusesConnections } from './process-state.js';
import type { World } from './world.js';

/** Does it, keeps it up for so long, ends it, and tells the witness when there was evidence that it happened. */
export type Inflict = (world: World, forMs: number) => Promise<void>;

const PATIENCE_MS = 15_000;
/** PostgreSQL tells its sessions at once. */
const HEARD_MS = 1_000;
/** An orderly end may wait for requests under way (10 s) and for what the spool has left (5 s). */
const END_MS = 20_000;
/** Of a process that ended by SIGKILL. */
const KILLED = 137;
/** crash_shutdown: what sessions hear when another one was killed. */
const CRASH_SHUTDOWN = '57P02';

export const PROCESS_FAULTS = {
  'coordinator killed': async ({ coordinator, witness }, forMs) => {
    const { pid, port } = coordinator;
    const code = await coordinator.end('SIGKILL', PATIENCE_MS);
    const isRefused = await refusesConnections(port);
    if (code === KILLED && isRefused && (await isGone(pid)))
      witness.saw('coordinator killed', `process ${pid} is gone, and its port refuses`);
    await delay(forMs);
    await coordinator.start();
  },

  'coordinator asked to end': async ({ coordinator, witness, accidents }, forMs) => {
    const { pid } = coordinator;
    const code = await coordinator.end('SIGTERM', END_MS);
    if (code === 0) witness.saw('coordinator asked to end', `process ${pid} ended with 0`);
    else {
      accidents.push(
        `the coordinator was asked to end and did with ${code} (nothing: not within ${END_MS} ms)`,
      );
      await coordinator.end('SIGKILL', PATIENCE_MS);
    }
    await delay(forMs);
    await coordinator.start();
  },

  'coordinator stopped': async (world, forMs) => {
    const { coordinator } = world;
    await stopped(world, 'coordinator stopped', forMs, async () => [coordinator.pid]);
  },

  'postgres killed': async ({ servers: { postgres }, witness }, forMs) => {
    const { pid, port } = postgres;
    await postgres.kill();
    const isRefused = await refusesConnections(port);
    if (isRefused && (await isGone(pid)))
      witness.saw('postgres killed', `process ${pid} is gone, and its port refuses`);
    await delay(forMs);
    // It does not start before the last of its sessions has noticed.
    const isBack = await eventually(
      () =>
        postgres.restart().then(
          () => true,
          () => false,
        ),
      PATIENCE_MS,
    );
    if (!isBack) throw new Error(`PostgreSQL did not start again:\n${postgres.log.slice(-2_000)}`);
  },

  'postgres stopped': async (world, forMs) => {
    const { pid } = world.servers.postgres;
    // Its sessions too: they go on without it.
    await stopped(world, 'postgres stopped', forMs, async () => [pid, ...(await childrenOf(pid))]);
  },

  'postgres backend killed': async ({ servers: { postgres }, witness }, forMs) => {
    const session = new pg.Client({ connectionString: postgres.url, application_name: 'torture' });
    let heard: string | undefined;
    const hear = (told: object): void => {
      if ('code' in told && told.code === CRASH_SHUTDOWN) heard = CRASH_SHUTDOWN;
    };
    session.on('error', hear);
    session.on('notice', hear);
    await session.connect();
    let victim: number | undefined;
    // A session of a coordinator that was killed a moment ago may have ended by itself: then it is another one's turn.
    const isHeard = await eventually(async () => {
      victim = await victimOf(session);
      if (victim !== undefined) send(victim, 'SIGKILL');
      return eventually(() => heard !== undefined, HEARD_MS);
    }, PATIENCE_MS);
    if (isHeard && victim !== undefined && (await isGone(victim)))
      witness.saw('postgres backend killed', `process ${victim} is gone, another session heard ${heard}`);
    await session.end().catch(() => undefined);
    await delay(forMs);
    await answering(postgres.url);
  },

  'redis killed': async ({ servers: { redis }, witness }, forMs) => {
    const { pid, port } = redis;
    await redis.kill();
    if ((await refusesConnections(port)) && (await isGone(pid)))
      witness.saw('redis killed', `process ${pid} is gone, and its port refuses`);
    await delay(forMs);
    await redis.restart();
  },

  'redis stopped': async (world, forMs) => {
    await stopped(world, 'redis stopped', forMs, async () => [world.servers.redis.pid]);
  },
} satisfies Partial<Record<FaultKind, Inflict>>;

/** @param pids Asked again, since a server that is about to stop may have started another child. */
async function stopped(
  { witness }: World,
  kind: FaultKind,
  forMs: number,
  pids: () => Promise<readonly number[]>,
): Promise<void> {
  const all = new Set<number>();
  const stop = async (): Promise<boolean> => {
    for (const pid of await pids()) {
      all.add(pid);
      send(pid, 'SIGSTOP');
    }
    return areStopped(await pids());
  };
  try {
    if (await eventually(stop, PATIENCE_MS)) {
      witness.saw(kind, `${all.size} processes in state T`);
      await delay(forMs);
    }
  } finally {
    for (const pid of all) send(pid, 'SIGCONT');
  }
}

/** To one that may have ended by now. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A session of the coordinator, if it has one. */
async function victimOf(session: pg.Client): Promise<number | undefined> {
  const found = session.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND application_name = 'test-coordinator' ORDER BY random() LIMIT 1`,
  );
  // This session ends with the others once one was killed.
  return found.then(
    ({ rows }) => rows[0]?.pid,
    () => undefined,
  );
}

async function answering(url: string): Promise<void> {
  const isBack = await eventually(async () => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }, PATIENCE_MS);
  if (!isBack) throw new Error('PostgreSQL did not come back after a session was killed');
}
