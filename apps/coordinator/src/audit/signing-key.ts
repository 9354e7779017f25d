import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { AccessError } from '../security/access-error.js';

const MODE = 0o600;

/**
 * The Ed25519 key that checkpoints are signed with, in a PEM file; made where there is none.
 * @throws AccessError for a file that cannot be used
 */
export async function openSigningKey(path: string): Promise<KeyObject> {
  return (await readKey(path)) ?? (await makeKey(path));
}

/**
 * The public key in a PEM file, or that of the private key in it; `undefined` when there is no file.
 * @throws AccessError for a file that cannot be used
 */
export async function readPublicKey(path: string): Promise<KeyObject | undefined> {
  const pem = await readPem(path);
  return pem === undefined ? undefined : ed25519(path, () => createPublicKey(pem));
}

async function readKey(path: string): Promise<KeyObject | undefined> {
  const pem = await readPem(path);
  return pem === undefined ? undefined : ed25519(path, () => createPrivateKey(pem));
}

/** Two processes that start at once make one key: a link is made where there is no file, and nowhere else. */
async function makeKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: MODE });
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await rm(draft);
  } catch (error) {
    throw new AccessError(`The key of the audit log cannot be written to ${path} (${codeOf(error)}).`);
  }
  return (await readKey(path))!;
}

async function readPem(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new AccessError(`The key of the audit log in ${path} cannot be read (${codeOf(error)}).`);
  }
}

function ed25519(path: string, read: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    key = undefined;
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new AccessError(`${path} holds no Ed25519 key in PEM.`);
  return key;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
