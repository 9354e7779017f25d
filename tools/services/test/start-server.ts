// A test process that starts a server and then waits to be killed.
import pg from 'pg';
import { PostgresServer } from '@test-coordinator/services';

const server = await PostgresServer.start();
const client = new pg.Client({ connectionString: server.url });
await client.connect();
const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
process.stdout.write(`${JSON.stringify({ pid: server.pid, folder: rows[0]?.data_directory })}\n`);
