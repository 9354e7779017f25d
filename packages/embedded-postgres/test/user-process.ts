// One process that uses the embedded server. Reads commands from stdin and writes one line of JSON for each answer.
import { createInterface } from 'node:readline';
import {
  EmbeddedPostgresError,
  startEmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '@test-coordinator/embedded-postgres';

const say = (answer: object): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`);

const options = JSON.parse(process.argv[2] ?? '{}') as EmbeddedPostgresOptions;
try {
  const server = await startEmbeddedPostgres({ ...options, log: (line) => say({ log: line }) });
  say({ url: server.url, joined: server.joined });
  createInterface(process.stdin).on('line', () => {
    void server.stop().then(() => {
      say({ stopped: true });
      process.exit(0);
    });
  });
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  say({ code: error.code, message: error.message });
}
