import { migrate } from '@test-coordinator/adapter-postgres';

import { PostgresCluster } from './postgres-cluster.js';

let shared: Promise<PostgresCluster> | undefined;
let template: Promise<string> | undefined;
let count = 0;

/** The server that the tests of this process share; nobody breaks it. */
export function sharedCluster(): Promise<PostgresCluster> {
  shared ??= PostgresCluster.create();
  return shared;
}

/** A database of its own with the migrated schema: a clone of a template, which takes 40 ms. */
export async function migratedDatabase(): Promise<string> {
  const cluster = await sharedCluster();
  template ??= migratedTemplate(cluster);
  const name = nextName();
  await cluster.query(`CREATE DATABASE ${name} TEMPLATE ${await template}`);
  return cluster.url(name);
}

/** A database without anything in it. */
export async function emptyDatabase(): Promise<string> {
  const cluster = await sharedCluster();
  const name = nextName();
  await cluster.query(`CREATE DATABASE ${name}`);
  return cluster.url(name);
}

async function migratedTemplate(cluster: PostgresCluster): Promise<string> {
  const name = nextName();
  await cluster.query(`CREATE DATABASE ${name}`);
  await migrate({ url: cluster.url(name) });
  return name;
}

function nextName(): string {
  count += 1;
  return `tc_test_${count}`;
}

/** Mocha's root hook: the server ends with the last test. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await (await shared)?.stop();
  },
};
