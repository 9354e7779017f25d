import { GuardedPool, HostRoute } from '@test-coordinator/adapter-postgres';
import type pg from 'pg';

/** The guarded pool on the one server of the URL. */
export function guardedPool({ connectionString, ...config }: pg.PoolConfig): pg.Pool {
  const url = new URL(connectionString!);
  const route = new HostRoute([{ host: url.hostname, port: Number(url.port) }]);
  return new GuardedPool({ ...config, user: url.username, database: url.pathname.slice(1), route });
}

export async function names(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM items ORDER BY name');
  return rows.map(({ name }) => name);
}
