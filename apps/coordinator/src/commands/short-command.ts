import type { Logger } from '@test-coordinator/ports';

import type { AdapterFactory } from '../composition/adapter-factory.js';
import { chooseAdapters } from '../composition/choose-adapters.js';
import { createLogger } from '../logging/masked-logger.js';
import { readSettings } from '../settings/read-settings.js';
import type { Settings } from '../settings/setting-table.js';
import type { Host } from './command.js';

/**
 * Settings and log of a command that does one thing and ends: stdout is for what was asked, and of the log, on stderr,
 * only what went wrong is worth a line.
 */
export async function prepare({
  environment,
  stderr,
}: Host): Promise<{ readonly settings: Settings; readonly logger: Logger }> {
  const settings = readSettings(environment, { logLevel: 'WARNING' });
  const { logLevel: level, serviceName } = settings;
  const logger = await createLogger(stderr, { level, serviceName, isPretty: stderr.isTTY === true });
  return { settings, logger };
}

/** Runs the work on the started data layer that the settings ask for, and lets go of it, whatever comes. */
export async function withDataLayer(
  host: Host,
  work: (factory: AdapterFactory, settings: Settings) => Promise<number>,
): Promise<number> {
  const { settings, logger } = await prepare(host);
  await using factory = await chooseAdapters(settings, { logger, environment: host.environment });
  await factory.start();
  return await work(factory, settings);
}
