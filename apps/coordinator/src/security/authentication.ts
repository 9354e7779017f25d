import type { Clock, Logger } from '@test-coordinator/ports';

import { findApiKey, type ApiKey } from './api-key.js';
import type { ApiKeyFile, FileStamp } from './api-key-file.js';
import type { Scope } from './scope.js';

/** Who asks, and what they may do. */
export interface Principal {
  /** As logs name them: `key:<name>`, or `oidc:<sub>`. */
  readonly actor: string;
  /** `null` for who is known and may do nothing. */
  readonly scope: Scope | null;
}

/** Tells who sent a request. */
export interface Authentication {
  /** @param credentials What follows `Bearer ` in the `Authorization` header. @returns `undefined` for nobody that is known. */
  authenticate(credentials: string): Promise<Principal | undefined>;
}

/** Whoever one of them knows is known. */
export function anyOf(authentications: readonly Authentication[]): Authentication {
  return {
    async authenticate(credentials) {
      for (const authentication of authentications) {
        const principal = await authentication.authenticate(credentials);
        if (principal !== undefined) return principal;
      }
      return undefined;
    },
  };
}

/** How old what is known of the file may be: a revoked key opens nothing after this time. */
const LOOK_MS = 1_000;

/** Callers with an API key. The file is looked at again at most once a second, and read again when it has changed. */
export class ApiKeyAuthentication implements Authentication {
  #keys: ReadonlyMap<string, ApiKey>;
  #stamp: FileStamp | undefined;
  #lookedAt = performance.now();
  #looking: Promise<void> | undefined;
  #isUnreadable = false;

  private constructor(
    private readonly file: ApiKeyFile,
    private readonly clock: Clock,
    private readonly logger: Logger,
    stamp: FileStamp | undefined,
    keys: ReadonlyMap<string, ApiKey>,
  ) {
    this.#stamp = stamp;
    this.#keys = keys;
  }

  /** @throws AccessError when the file cannot be read */
  static async open(file: ApiKeyFile, clock: Clock, logger: Logger): Promise<ApiKeyAuthentication> {
    // Before the reading: what changes in between is read again.
    const stamp = await file.stamp();
    return new ApiKeyAuthentication(file, clock, logger, stamp, await file.read());
  }

  get keys(): Iterable<ApiKey> {
    return this.#keys.values();
  }

  async authenticate(credentials: string): Promise<Principal | undefined> {
    if (performance.now() - this.#lookedAt >= LOOK_MS) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    const key = findApiKey(this.#keys, credentials, this.clock.now());
    return key && { actor: `key:${key.name}`, scope: key.scope };
  }

  async #look(): Promise<void> {
    const stamp = await this.file.stamp();
    this.#lookedAt = performance.now();
    if (isSame(stamp, this.#stamp) && !this.#isUnreadable) return;
    try {
      this.#keys = await this.file.read();
      this.#stamp = stamp;
      this.#isUnreadable = false;
    } catch (error) {
      // The keys that are known stay good: a typing error in the file must not lock everybody out, nor let anybody in.
      if (!this.#isUnreadable) this.logger.error({}, `${(error as Error).message} The keys of before go on.`);
      this.#isUnreadable = true;
    }
  }
}

function isSame(one: FileStamp | undefined, other: FileStamp | undefined): boolean {
  return one?.inode === other?.inode && one?.modifiedNs === other?.modifiedNs && one?.bytes === other?.bytes;
}
