import { parseArgs } from 'node:util';

import { EXIT, type Command } from './command.js';
import { parsed } from './parsed-arguments.js';
import { withDataLayer } from './short-command.js';

/** Prints each adapter with its role, its limits and how it is doing. */
export const healthCommand: Command = {
  async run(args, host) {
    parsed(() => parseArgs({ args: [...args], options: {} }));
    return withDataLayer(host, async (factory) => {
      const { status, adapters } = await factory.checkHealth();
      for (const [index, { role, limits }] of factory.adapters.entries()) {
        const health = adapters[index]!;
        host.stdout.write(
          `${health.name} is ${health.status} (${Math.round(health.latencyMs)} ms)\n` +
            `  role    ${role}\n  limits  ${limits}\n  state   ${health.detail}\n`,
        );
      }
      return status === 'down' ? EXIT.storeUnavailable : EXIT.done;
    });
  },
};
