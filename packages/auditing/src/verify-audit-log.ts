import { ChainVerification, type AuditCheckpoint, type ChainReport } from '@test-coordinator/domain';
import type { AuditLog } from '@test-coordinator/ports';

const LINKS = 1_000;

/**
 * Verifies every chain that the log has, and those that only a checkpoint remembers, one after the other.
 * @param checkpoints Whose signatures were verified. They are read before the log: a chain that goes on being written is
 * longer than they say, never shorter.
 * @throws DataAdapterError of the log, when it can't be read.
 */
export async function* verifyAuditLog(
  log: AuditLog,
  checkpoints: readonly AuditCheckpoint[],
): AsyncIterable<ChainReport> {
  const remembered = new Map<string, AuditCheckpoint[]>();
  for (const checkpoint of checkpoints) {
    const own = remembered.get(checkpoint.chain) ?? [];
    own.push(checkpoint);
    remembered.set(checkpoint.chain, own);
  }
  let cursor: string | null | undefined;
  do {
    const page = await log.listChains(cursor === undefined || cursor === null ? {} : { cursor });
    for (const chain of page.items) {
      yield await verifyStoredChain(log, chain, remembered.get(chain) ?? []);
      remembered.delete(chain);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  for (const [chain, own] of remembered) yield new ChainVerification(chain, own).end();
}

async function verifyStoredChain(
  log: AuditLog,
  chain: string,
  checkpoints: readonly AuditCheckpoint[],
): Promise<ChainReport> {
  const verification = new ChainVerification(chain, checkpoints);
  for (let after = 0; ;) {
    const links = await log.readChain(chain, { after, limit: LINKS });
    for (const link of links) if (!verification.take(link)) return verification.end();
    if (links.length < LINKS) return verification.end();
    after = links.at(-1)!.sequence;
  }
}
