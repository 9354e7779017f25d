import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Scope } from './scope.js';

const ID_BYTES = 6;
const SECRET_BYTES = 32;
/** Told from other secrets by its start, so that scanners of repositories and logs can find one that leaked. */
const PATTERN = /^tck_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** A key as it is kept: without its secret, of which the hash tells whether somebody has it. */
export interface ApiKey {
  /** 12 hexadecimal digits, the part of the key by which it is found. No secret. */
  readonly keyId: string;
  /** Who uses it, for lists and as the actor in logs. */
  readonly name: string;
  readonly scope: Scope;
  /** SHA-256 of the secret's text, hexadecimal. The secret is 256 random bits, which no slow hash makes safer. */
  readonly hash: string;
  readonly createdAt: Date;
  /** From then on it opens nothing; `null` for never. */
  readonly expiresAt: Date | null;
}

/** A new key: what is kept of it, and the text that its user is given, once. */
export interface MintedApiKey {
  readonly key: ApiKey;
  readonly text: string;
}

export function mintApiKey(given: Pick<ApiKey, 'name' | 'scope' | 'createdAt' | 'expiresAt'>): MintedApiKey {
  const keyId = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { key: { keyId, ...given, hash: hashOf(secret).toString('hex') }, text: `tck_${keyId}_${secret}` };
}

/** The key among `keys` that `text` is, unless it has expired. Takes as long for a wrong secret as for the right one. */
export function findApiKey(keys: ReadonlyMap<string, ApiKey>, text: string, now: Date): ApiKey | undefined {
  const [, keyId, secret] = PATTERN.exec(text) ?? [];
  if (keyId === undefined || secret === undefined) return undefined;
  const key = keys.get(keyId);
  if (key === undefined || !timingSafeEqual(hashOf(secret), Buffer.from(key.hash, 'hex'))) return undefined;
  return isExpired(key, now) ? undefined : key;
}

export function isExpired({ expiresAt }: ApiKey, now: Date): boolean {
  return expiresAt !== null && expiresAt.getTime() <= now.getTime();
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
