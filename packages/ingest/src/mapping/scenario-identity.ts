import { createHash } from 'node:crypto';

import { canonicalJson, type JsonValue } from '@test-coordinator/domain';

const SLUG_LENGTH = 60;
const HASH_LENGTH = 12;

/**
 * A scenario id that is the same for the same identity: a readable part from the title, and the start of the
 * identity's SHA-256. Titles repeat and are not always ASCII, so the hash alone tells scenarios apart.
 */
export function scenarioIdOf(title: string, identity: JsonValue): string {
  const slug = title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
  return `${slug === '' ? 'scenario' : slug}-${documentHash(identity).slice(0, HASH_LENGTH)}`;
}

/** SHA-256 (hex) of a document, whatever its layout and the order of its keys. */
export function documentHash(document: JsonValue): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}
