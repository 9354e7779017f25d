import { servicesDown, servicesUp } from './shared-services.js';

/** Runs `services:up` and `services:down`, for people. Tests start what they need themselves. */
const [command] = process.argv.slice(2);
const actions: Readonly<Record<string, () => Promise<void>>> = { up: servicesUp, down: servicesDown };
const action = actions[command ?? ''];
if (action === undefined) {
  process.stderr.write('Say "up" to start PostgreSQL and Redis, or "down" to stop them.\n');
  process.exitCode = 2;
} else {
  try {
    await action();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
