import { checkWhole, refuse } from '@test-coordinator/ports';

/** Which coordinator is called, and how patiently. */
export interface ClientSettings {
  /**
   * Where the coordinator is: `http` or `https`, with a path before `/api` where a proxy asks for one. User, password,
   * query and fragment are refused: a key is no part of an address, which is logged.
   */
  readonly baseUrl: string;
  /** An API key or another bearer token, where the coordinator asks for one. Never in a log, an error or what `inspect` prints. */
  readonly apiKey?: string | undefined;
  /** How long one call may take, with its repeats, in whole milliseconds. @default 30 000 */
  readonly timeoutMs?: number | undefined;
  /** How often a call is sent again that got no answer, where that is safe: 0–10. @default 2 */
  readonly retries?: number | undefined;
  /** Connections at most; further calls wait for one, within their time. A watch has one of its own. @default 64 */
  readonly maxConnections?: number | undefined;
  /** The namespace of this client's cache entries: 1–64 letters, digits and `. _ -`. @default client */
  readonly cacheNamespace?: string | undefined;
}

/** The settings with their defaults, and the address read. */
export interface ReadClientSettings {
  readonly url: URL;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxConnections: number;
  readonly cacheNamespace: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_MS = 3_600_000;
const DEFAULT_RETRIES = 2;
const MAX_RETRIES = 10;
const DEFAULT_MAX_CONNECTIONS = 64;
const MOST_CONNECTIONS = 10_000;
const NAMESPACE = /^[A-Za-z0-9][\w.-]{0,63}$/;
/** What a header can carry as a bearer token, and the coordinator reads. */
const BEARER = /^[\w.~+/=-]{1,8192}$/;

/** @throws DataAdapterError `INVALID_ARGUMENT` that names the setting and holds no part of its value. */
export function readClientSettings({
  baseUrl,
  apiKey,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  retries = DEFAULT_RETRIES,
  maxConnections = DEFAULT_MAX_CONNECTIONS,
  cacheNamespace = 'client',
}: ClientSettings): ReadClientSettings {
  if (apiKey !== undefined && !(typeof apiKey === 'string' && BEARER.test(apiKey)))
    refuse('apiKey', 'must be a bearer token: letters, digits and - . _ ~ + / =');
  checkWhole(timeoutMs, 'timeoutMs', 1, MAX_TIMEOUT_MS);
  checkWhole(retries, 'retries', 0, MAX_RETRIES);
  checkWhole(maxConnections, 'maxConnections', 1, MOST_CONNECTIONS);
  if (typeof cacheNamespace !== 'string' || !NAMESPACE.test(cacheNamespace))
    refuse('cacheNamespace', 'must be 1–64 letters, digits or . _ -, letter or digit first');
  return { url: readBaseUrl(baseUrl), apiKey, timeoutMs, retries, maxConnections, cacheNamespace };
}

function readBaseUrl(baseUrl: unknown): URL {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    refuse('baseUrl', 'must be the http or https address of a coordinator');
  if (url.username !== '' || url.password !== '')
    refuse('baseUrl', 'must hold no user: give the key as apiKey');
  if (url.search !== '' || url.hash !== '') refuse('baseUrl', 'must end with its path');
  return url;
}
