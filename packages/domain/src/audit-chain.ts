import { createHash } from 'node:crypto';

/** What the first entry of a chain is chained to. */
export const CHAIN_START = '0'.repeat(64);

/** One entry of a chain as it is stored. */
export interface AuditLink {
  readonly chain: string;
  readonly sequence: number;
  /** The text of the entry: `auditContent`. */
  readonly content: string;
  /** `chainHash` of the link before and this content. */
  readonly hash: string;
}

/** What a chain was at one time, said by the process that writes it and kept elsewhere. */
export interface AuditCheckpoint {
  readonly chain: string;
  /** The last entry then. */
  readonly sequence: number;
  /** Of that entry. */
  readonly hash: string;
  /** Entries that the chain had. */
  readonly count: number;
  readonly at: Date;
}

/**
 * What was done to a chain, at the first place where it shows:
 *
 * - `changed`: the content or the hash of an entry is not what was stored.
 * - `reordered`: an entry stands in the place of another one, or of another chain's.
 * - `deleted`: an entry is gone, and later ones are there.
 * - `cut`: the entries from here on are gone, which a checkpoint remembers.
 * - `rewritten`: the chain is sound in itself, and is not the one of a checkpoint. It was changed here or behind: this is
 *   the first entry that no checkpoint before vouches for.
 */
export interface ChainFault {
  readonly sequence: number;
  readonly kind: 'changed' | 'reordered' | 'deleted' | 'cut' | 'rewritten';
}

export interface ChainReport {
  readonly chain: string;
  /** Entries that were looked at. */
  readonly entries: number;
  /** Attempts whose outcome nobody recorded: their process ended in between, or is at it now. */
  readonly unfinished: readonly number[];
  /** The last entry that a checkpoint vouches for; 0 when there is none. */
  readonly vouchedThrough: number;
  /** The first one; absent for a chain that is sound. */
  readonly fault?: ChainFault;
}

/** sha256, in hex, of the hash before (in hex) and the content, in UTF-8. */
export function chainHash(before: string, content: string): string {
  return createHash('sha256').update(before).update(content, 'utf8').digest('hex');
}

/** Looks at the links of one chain in their order, one at a time, so that a chain of any length can be verified. */
export class ChainVerification {
  readonly #checkpoints: ReadonlyMap<number, AuditCheckpoint>;
  readonly #unfinished = new Set<number>();
  #last = 0;
  #head = CHAIN_START;
  #entries = 0;
  #vouchedThrough = 0;
  #fault: ChainFault | undefined;

  /** @param checkpoints Those of this chain, whose signatures were verified; of other chains they are passed over. */
  constructor(
    private readonly chain: string,
    checkpoints: readonly AuditCheckpoint[] = [],
  ) {
    const own = checkpoints.filter((checkpoint) => checkpoint.chain === chain);
    this.#checkpoints = new Map(own.map((checkpoint) => [checkpoint.sequence, checkpoint]));
  }

  /** The next link, by its sequence. Answers whether the chain is sound so far: behind a fault nothing more is told. */
  take(link: AuditLink): boolean {
    if (this.#fault !== undefined) return false;
    this.#entries += 1;
    this.#fault = this.#faultOf(link);
    if (this.#fault !== undefined) return false;
    this.#last = link.sequence;
    this.#head = link.hash;
    if (this.#checkpoints.has(link.sequence)) this.#vouchedThrough = link.sequence;
    return true;
  }

  /** What was found, once all links were taken. */
  end(): ChainReport {
    const fault = this.#fault ?? this.#cut();
    return {
      chain: this.chain,
      entries: this.#entries,
      unfinished: [...this.#unfinished],
      vouchedThrough: this.#vouchedThrough,
      ...(fault !== undefined && { fault }),
    };
  }

  #faultOf({ chain, sequence, content, hash }: AuditLink): ChainFault | undefined {
    const expected = this.#last + 1;
    if (sequence < expected || chain !== this.chain) return { sequence, kind: 'reordered' };
    if (sequence > expected) return { sequence: expected, kind: 'deleted' };
    const entry = placeOf(content);
    if (entry === undefined) return { sequence, kind: 'changed' };
    if (entry.sequence !== sequence || entry.chain !== chain) return { sequence, kind: 'reordered' };
    if (hash !== chainHash(this.#head, content)) return { sequence, kind: 'changed' };
    const vouched = this.#checkpoints.get(sequence);
    if (vouched !== undefined && vouched.hash !== hash)
      return { sequence: this.#vouchedThrough + 1, kind: 'rewritten' };
    if (entry.phase === 'attempted') this.#unfinished.add(sequence);
    else if (entry.attempt !== undefined) this.#unfinished.delete(entry.attempt);
    return undefined;
  }

  #cut(): ChainFault | undefined {
    const last = Math.max(0, ...this.#checkpoints.keys());
    return last > this.#last ? { sequence: this.#last + 1, kind: 'cut' } : undefined;
  }
}

/** Verifies a whole chain: its links in the order of their sequence, against what is known of it elsewhere. */
export function verifyChain(
  chain: string,
  links: Iterable<AuditLink>,
  checkpoints: readonly AuditCheckpoint[] = [],
): ChainReport {
  const verification = new ChainVerification(chain, checkpoints);
  for (const link of links) if (!verification.take(link)) break;
  return verification.end();
}

interface Place {
  readonly chain?: unknown;
  readonly sequence?: unknown;
  readonly phase?: unknown;
  readonly attempt?: number;
}

function placeOf(content: string): Place | undefined {
  try {
    return JSON.parse(content) as Place;
  } catch {
    return undefined;
  }
}
