import {
  CLIENT_KEY,
  matching,
  namesFor,
  oneOf,
  seconds,
  setting,
  someOf,
  trustedAddress,
  wholeNumber,
} from '@test-coordinator/settings';

import { SCOPES } from '../security/scope.js';
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from '../security/token-algorithms.js';
import { HTTP } from './prefixes.js';

export type AuthenticationName = 'none' | 'keys' | 'oidc';

const claimName = matching(/^[\x21-\x7e]{1,255}$/, '1–255 visible ASCII characters');

/** Who may call: part of the table of settings. */
export const ACCESS_SETTINGS = {
  httpAuth: setting(
    `${HTTP}AUTH`,
    oneOf<AuthenticationName>(['none', 'keys', 'oidc']),
    undefined,
    'What callers are asked for: `none`, `keys` (API keys alone) or `oidc` (tokens alone); left out, keys, and tokens too where an issuer is set, but `none` where there is no issuer and only this machine can call',
  ),
  apiKeysFile: setting(
    `${HTTP}API_KEYS_FILE`,
    matching(/^[^\0]{1,4096}$/, 'a path'),
    undefined,
    'File of the API keys; left out, `api-keys.json` in the data folder',
  ),
  authFailureLimit: setting(
    `${HTTP}AUTH_FAILURE_LIMIT`,
    wholeNumber(0, 1_000_000),
    120,
    'Requests a minute of one address that may come without a good key or token; further ones are 429; 0 is no limit',
  ),
  oidcIssuer: setting(
    `${HTTP}OIDC_ISSUER`,
    trustedAddress(),
    undefined,
    'Issuer of tokens that are taken, as `iss` names it; left out, none is taken',
  ),
  oidcAudience: setting(
    `${HTTP}OIDC_AUDIENCE`,
    claimName,
    undefined,
    'What `aud` of a token must be or hold; needed with an issuer',
  ),
  oidcJwksUrl: setting(
    `${HTTP}OIDC_JWKS_URL`,
    trustedAddress(),
    undefined,
    'Where the issuer publishes its keys; left out, where its discovery document says',
  ),
  oidcAlgorithms: setting<readonly TokenAlgorithm[], readonly TokenAlgorithm[]>(
    `${HTTP}OIDC_ALGORITHMS`,
    someOf(TOKEN_ALGORITHMS),
    ['RS256', 'PS256', 'ES256', 'EdDSA'],
    'Algorithms by which a token may be signed, separated by commas',
  ),
  oidcScopeClaim: setting(
    `${HTTP}OIDC_SCOPE_CLAIM`,
    claimName,
    'scope',
    'Claim that tells what a caller may do, a text of words or a list; `a.b` is `b` within `a`',
  ),
  oidcScopeNames: setting(
    `${HTTP}OIDC_SCOPE_NAMES`,
    namesFor(SCOPES),
    undefined,
    'What the claim calls the scopes, such as `record=chaos-engineers,admin=chaos-admins`; one that is left out is called as it is',
  ),
  oidcClockToleranceSeconds: setting(
    `${HTTP}OIDC_CLOCK_TOLERANCE`,
    seconds(0, 300),
    30,
    'Seconds by which the clock of the issuer may differ',
  ),
  clientKey: CLIENT_KEY,
} as const;
