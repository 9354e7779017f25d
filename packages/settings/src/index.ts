export {
  matching,
  namesFor,
  onOrOff,
  oneOf,
  origins,
  seconds,
  secretMatching,
  secretUrl,
  someOf,
  trustedAddress,
  wholeNumber,
  type SettingKind,
} from './setting-kinds.js';
export { setting, type Setting, type SettingTable, type SettingsOf } from './setting.js';
export { SettingsError, type SettingProblem } from './settings-error.js';
export { readSettings, type ReadOptions } from './read-settings.js';
export { isLoopback, isTrustedAddress } from './loopback.js';
export { SecretText } from './secret-text.js';
export { milliseconds } from './milliseconds.js';
export {
  ADAPTER_PREFIX,
  ADAPTER_SETTINGS,
  CLIENT_KEY,
  adapterContradictions,
  type AdapterSettings,
  type LogLevel,
  type StoreName,
} from './adapter-settings.js';
export { dataFolder } from './data-folder.js';
export { namingSettings } from './naming-settings.js';
export {
  POSTGRES_VARIABLES,
  openRecordStore,
  type RecordStore,
  type RecordStoreSettings,
  type Surroundings,
} from './record-store.js';
