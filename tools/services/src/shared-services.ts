import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { forgetServices, rememberedServices, type RunningServices } from './services-file.js';

/** Starts PostgreSQL 18 and Redis unless they run, and prints the variables that make tests use them. */
export async function servicesUp(): Promise<void> {
  if (!(await running())) await startHolder();
  const services = await running();
  if (!services) throw new Error('The servers started and ended again: see whether the disk is full.');
  process.stdout.write(`export TEST_PG_URL=${services.postgres}\nexport TEST_REDIS_URL=${services.redis}\n`);
}

/** Stops what {@link servicesUp} started. Their data goes with them. */
export async function servicesDown(): Promise<void> {
  const services = await running();
  if (services) await order(services, 'down');
  process.stdout.write(services ? 'The servers are stopped.\n' : 'No servers were running.\n');
}

/** A file that a crash left behind is removed. */
async function running(): Promise<RunningServices | undefined> {
  const services = rememberedServices();
  if (!services || (await order(services, 'are you there')) === 'up\n') return services;
  forgetServices();
  return undefined;
}

async function startHolder(): Promise<void> {
  const holder = fork(fileURLToPath(new URL('hold-services.js', import.meta.url)), {
    detached: true,
    stdio: 'ignore',
  });
  const [message] = (await Promise.race([
    once(holder, 'message'),
    once(holder, 'exit').then(() => [{ problem: 'The servers could not be started.' }]),
  ])) as [{ problem?: string }];
  holder.unref();
  if (message.problem !== undefined) throw new Error(message.problem);
}

function order({ control, token }: RunningServices, what: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(control, '127.0.0.1', () => socket.write(`${token} ${what}\n`));
    socket.setEncoding('utf8').on('data', (text) => (answer += String(text)));
    socket.once('error', () => resolve('')).once('close', () => resolve(answer));
  });
}
