import { isAbsolute, join, resolve } from 'node:path';

import { ADAPTER_SETTINGS, type AdapterSettings } from './adapter-settings.js';
import { SettingsError } from './settings-error.js';

const NAME = 'test-coordinator';

/**
 * The folder for what is kept on this machine, absolute. When no setting names it: `/var/lib/test-coordinator` for root,
 * whose server runs as another user and can't pass `/root`; for everybody else the folder for data in their home, as
 * the XDG base directory specification has it (a relative `XDG_DATA_HOME` does not count).
 * @throws SettingsError when there is no home.
 */
export function dataFolder(
  { dataDir }: Pick<AdapterSettings, 'dataDir'>,
  environment: Readonly<Record<string, string | undefined>>,
  userId: number | undefined = process.geteuid?.(),
): string {
  if (dataDir !== undefined) return resolve(dataDir);
  if (userId === 0) return join('/var/lib', NAME);
  const { XDG_DATA_HOME: shared = '', HOME: home = '' } = environment;
  if (isAbsolute(shared)) return join(shared, NAME);
  if (isAbsolute(home)) return join(home, '.local', 'share', NAME);
  const { variable } = ADAPTER_SETTINGS.dataDir;
  throw new SettingsError([
    { variable, problem: 'must name a folder for the records: this user has no home (HOME is not set)' },
  ]);
}
