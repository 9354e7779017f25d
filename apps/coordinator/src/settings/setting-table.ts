import {
  ADAPTER_PREFIX,
  ADAPTER_SETTINGS,
  matching,
  origins,
  secretUrl,
  setting,
  wholeNumber,
  type SettingsOf,
} from '@test-coordinator/settings';

import { ACCESS_SETTINGS } from './access-settings.js';
import { HTTP, TRACES } from './prefixes.js';

/** Under these prefixes every variable must be one of the table. */
export const SETTING_PREFIXES: readonly string[] = [ADAPTER_PREFIX, HTTP, TRACES];

const MIB = 1_048_576;
const bodyLimit = wholeNumber(1_024, 1_024 * MIB);

/** Every setting of the coordinator, in the order of its documentation. */
export const SETTINGS = {
  ...ADAPTER_SETTINGS,
  httpHost: setting(
    `${HTTP}HOST`,
    matching(/^[A-Za-z0-9.:_%-]{1,255}$/, 'a host name or an address'),
    '127.0.0.1',
    'Address that the API listens on',
  ),
  httpPort: setting(
    `${HTTP}PORT`,
    wholeNumber(0, 65_535),
    8_084,
    'Port that the API listens on; 0 is any free one',
  ),
  ...ACCESS_SETTINGS,
  corsOrigins: setting(
    `${HTTP}CORS_ORIGINS`,
    origins(),
    undefined,
    'Origins whose pages may call from a browser, separated by commas; left out, none',
  ),
  requestsPerSecond: setting(
    `${HTTP}RATE_LIMIT`,
    wholeNumber(0, 1_000_000),
    0,
    'Requests a second of one caller (its key, else its address) at most; 0 is no limit',
  ),
  httpBodyLimitBytes: setting(
    `${HTTP}BODY_LIMIT`,
    bodyLimit,
    MIB,
    'Bytes of a request body at most; 16 times as many of a batch',
  ),
  httpImportLimitBytes: setting(
    `${HTTP}IMPORT_LIMIT`,
    bodyLimit,
    64 * MIB,
    'Bytes of a file at most that is posted to `/api/v1/imports`',
  ),
  tracesEndpoint: setting(
    `${TRACES}ENDPOINT`,
    secretUrl(['http', 'https']),
    undefined,
    'Where traces are sent (OTLP over HTTP), such as `http://collector:4318/v1/traces`; left out, nothing is traced',
  ),
  tracesPercent: setting(
    `${TRACES}PERCENT`,
    wholeNumber(0, 100),
    100,
    'Percent of the requests that are traced; a caller that sends a `traceparent` decides for its own',
  ),
} as const;

/** What the process was told, read once and never changed. */
export type Settings = SettingsOf<typeof SETTINGS>;
