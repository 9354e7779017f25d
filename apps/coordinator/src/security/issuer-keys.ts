import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

import { DataAdapterError, maskSecrets, type Clock, type Logger } from '@test-coordinator/ports';
import { isTrustedAddress } from '@test-coordinator/settings';

/** An issuer that was asked is left in peace for as long, whatever it answered and however many tokens name a new key. */
const PAUSE_MS = 10_000;
/** Keys of that age are read anew while they go on being used. */
const FRESH_MS = 600_000;
const TIMEOUT_MS = 5_000;
const DISCOVERY = '/.well-known/openid-configuration';

export interface IssuerKeysOptions {
  /** As `iss` of its tokens names it. */
  readonly issuer: string;
  /** Where its keys are. @default where its discovery document says */
  readonly jwksUrl?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The public keys of an issuer, read once and kept: while the issuer is away, those that are known stay good. A token
 * that names a key which is not known has them read anew.
 */
export class IssuerKeys {
  #find: ReturnType<typeof createLocalJWKSet> | undefined;
  #askedAt: number | undefined;
  #asking: Promise<void> | undefined;
  #isAway = false;

  constructor(private readonly options: IssuerKeysOptions) {}

  /**
   * The key that a token's header names.
   * @throws JOSEError when the issuer has no such key
   * @throws DataAdapterError `UNAVAILABLE` when the keys were never read
   */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    if (this.#find === undefined) await this.read();
    else if (this.#isOlderThan(FRESH_MS)) void this.read();
    try {
      return await this.#known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.read();
      return this.#known(header, token);
    }
  };

  /** Asks the issuer, unless it was asked just now. Never rejects: what is wrong is logged once. */
  async read(): Promise<void> {
    if (this.#asking === undefined && !this.#isOlderThan(PAUSE_MS)) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { issuer, clock, logger } = this.options;
    this.#askedAt = clock.now().getTime();
    try {
      const address = this.options.jwksUrl ?? (await discovered(issuer));
      this.#find = createLocalJWKSet((await fetched(address)) as JSONWebKeySet);
      if (this.#isAway) logger.info({ issuer }, 'the keys of the issuer of tokens are read again');
      this.#isAway = false;
    } catch (error) {
      const known = this.#find === undefined ? 'no token is taken' : 'those that are known stay good';
      if (!this.#isAway)
        logger.warn({ issuer, reason: reasonOf(error) }, `the keys of the issuer cannot be read: ${known}`);
      this.#isAway = true;
    }
  }

  #known(...[header, token]: Parameters<JWTVerifyGetKey>): ReturnType<JWTVerifyGetKey> {
    if (this.#find === undefined) {
      throw new DataAdapterError(
        'UNAVAILABLE',
        'the keys of the issuer of tokens cannot be read now; try again, or use an API key',
      );
    }
    return this.#find(header, token);
  }

  #isOlderThan(ms: number): boolean {
    // A clock that was set back must not make the keys young for ever.
    const { clock } = this.options;
    return this.#askedAt === undefined || Math.abs(clock.now().getTime() - this.#askedAt) >= ms;
  }
}

async function discovered(issuer: string): Promise<string> {
  const document = (await fetched(issuer.replace(/\/$/, '') + DISCOVERY)) as Record<string, unknown> | null;
  if (document?.['issuer'] !== issuer) throw new Error('its discovery document names another issuer');
  const { jwks_uri: address } = document;
  if (typeof address !== 'string' || !isTrustedAddress(address.split('?')[0]!))
    throw new Error('its discovery document names no https address of keys');
  return address;
}

async function fetched(address: string): Promise<unknown> {
  const answer = await fetch(address, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`it answered with the status ${answer.status}`);
  return answer.json();
}

/** Why, without anything that the issuer sent. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof errors.JOSEError) return 'it did not answer with keys';
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return maskSecrets(error.message + code);
}
