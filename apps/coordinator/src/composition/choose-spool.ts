import { join } from 'node:path';

import type { ServiceIdentifier } from 'inversify';

import {
  SpoolAdapter,
  spoolModule,
  type ReplayClock,
  type SpooledAdapter,
} from '@test-coordinator/adapter-spool';
import type { AdapterLifecycle } from '@test-coordinator/ports';
import { dataFolder, milliseconds, type Surroundings } from '@test-coordinator/settings';

import type { Settings } from '../settings/setting-table.js';
import type { ChosenAdapter } from './adapter-factory.js';

/** The pool spreads its attempts to connect, two a second: a longer wait would only tell later that the server is back. */
const BREAKER = { firstWaitMs: 250, longestWaitMs: 250 };

export interface SpooledStore extends Pick<Surroundings, 'environment'> {
  readonly store: ServiceIdentifier<SpooledAdapter & AdapterLifecycle>;
  readonly storeName: string;
  readonly clock: ReplayClock;
}

/** Where the spools of all processes of these settings are. @throws SettingsError when there is no data folder */
export function spoolFolder(settings: Settings, environment: Surroundings['environment']): string {
  return settings.spoolDir ?? join(dataFolder(settings, environment), 'spool');
}

/** Puts a spool before the record ports of PostgreSQL. */
export function chooseSpool(
  settings: Settings,
  { environment, store, storeName, clock }: SpooledStore,
): ChosenAdapter {
  const folder = spoolFolder(settings, environment);
  const { spoolMaxBytes: maxBytes, spoolHighWaterPercent, spoolAfterSeconds } = settings;
  return {
    name: 'spool',
    module: spoolModule({
      settings: {
        folder,
        maxBytes,
        highWater: spoolHighWaterPercent / 100,
        patienceMs: milliseconds(spoolAfterSeconds),
        breaker: BREAKER,
      },
      store,
      storeName,
      clock,
    }),
    lifecycle: SpoolAdapter,
    role: `what is recorded while PostgreSQL is away, in ${folder}`,
    limits: `${maxBytes} bytes; a write waits ${spoolAfterSeconds} s for PostgreSQL`,
  };
}
