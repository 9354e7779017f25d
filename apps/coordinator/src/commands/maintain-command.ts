import { parseArgs } from 'node:util';

import { applyRetention } from '../composition/retention.js';
import { EXIT, type Command } from './command.js';
import { parsed } from './parsed-arguments.js';
import { withDataLayer } from './short-command.js';

/** Deletes what is older than the settings keep it, and tells how much that was. */
export const maintainCommand: Command = {
  async run(args, host) {
    const { values } = parsed(() =>
      parseArgs({ args: [...args], options: { 'dry-run': { type: 'boolean' } } }),
    );
    return withDataLayer(host, async (factory, settings) => {
      const isDryRun = values['dry-run'] === true;
      const gone = await applyRetention(factory, settings, { dryRun: isDryRun });
      if (gone === undefined) {
        host.stdout.write('Records in memory go with the process: there is nothing to delete.\n');
      } else if (gone.isElsewhere) {
        host.stdout.write('Another process is at it: this one left it to that.\n');
      } else {
        const { runs, children, scenarios } = gone;
        host.stdout.write(
          `${isDryRun ? 'Would delete' : 'Deleted'}: ${runs} runs with ${children} events and results, ${scenarios} scenarios.\n`,
        );
      }
      return EXIT.done;
    });
  },
};
