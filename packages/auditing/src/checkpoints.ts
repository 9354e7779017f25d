import { sign, verify, type KeyObject } from 'node:crypto';

import { canonicalJson, type AuditCheckpoint } from '@test-coordinator/domain';

/** A checkpoint and the Ed25519 signature, in base64, over its canonical JSON. */
export interface SignedCheckpoint extends AuditCheckpoint {
  readonly signature: string;
}

export function signCheckpoint(checkpoint: AuditCheckpoint, privateKey: KeyObject): SignedCheckpoint {
  const signature = sign(null, Buffer.from(textOf(checkpoint)), privateKey).toString('base64');
  return { ...checkpoint, signature };
}

/** Whether the holder of the key has signed exactly this. */
export function isSignedBy(checkpoint: SignedCheckpoint, publicKey: KeyObject): boolean {
  return verify(
    null,
    Buffer.from(textOf(checkpoint)),
    publicKey,
    Buffer.from(checkpoint.signature, 'base64'),
  );
}

/** One line of a file of checkpoints. */
export function checkpointLine(checkpoint: SignedCheckpoint): string {
  return `${JSON.stringify(checkpoint)}\n`;
}

/** What `checkpointLine` wrote; `undefined` for anything else. */
export function readCheckpoint(line: string): SignedCheckpoint | undefined {
  try {
    const { chain, sequence, count, hash, at, signature } = JSON.parse(line) as Readonly<
      Record<string, unknown>
    >;
    const time = new Date(String(at));
    if (typeof chain !== 'string' || typeof hash !== 'string' || typeof signature !== 'string')
      return undefined;
    if (typeof sequence !== 'number' || typeof count !== 'number' || Number.isNaN(time.getTime()))
      return undefined;
    return { chain, sequence, count, hash, at: time, signature };
  } catch {
    return undefined;
  }
}

function textOf({ chain, sequence, count, hash, at }: AuditCheckpoint): string {
  return canonicalJson({ chain, sequence, count, hash, at: at.toISOString() });
}
