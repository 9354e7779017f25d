import {
  CHAIN_START,
  auditContent,
  chainHash,
  newAuditEntry,
  readAuditContent,
  verifyChain,
  type AuditCheckpoint,
  type AuditLink,
  type NewAuditEntry,
} from '@test-coordinator/domain';
import { expect } from 'chai';

const CHAIN = 'coordinator-1';
const AT = new Date('2026-03-01T12:00:00.000Z');

function entry(sequence: number, fields: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    entryId: `0195a000-0000-7000-8000-${String(sequence).padStart(12, '0')}`,
    chain: CHAIN,
    sequence,
    at: AT,
    phase: 'attempted',
    action: 'scenarios.update',
    entity: 'scenario',
    id: `scenario-${sequence}`,
    ...fields,
  };
}

/** Chains contents as a store does; also what somebody who may rewrite all of it would do. */
function chained(contents: readonly string[], first = 1): AuditLink[] {
  let before = CHAIN_START;
  return contents.map((content, index) => {
    before = chainHash(before, content);
    return { chain: CHAIN, sequence: first + index, content, hash: before };
  });
}

const contents = Array.from({ length: 20 }, (_, index) => auditContent(newAuditEntry(entry(index + 1))));
const links = (): AuditLink[] => chained(contents);

function checkpointAt(sequence: number): AuditCheckpoint {
  return { chain: CHAIN, sequence, count: sequence, hash: links()[sequence - 1]!.hash, at: AT };
}

const forged = (sequence: number): string => auditContent(newAuditEntry(entry(sequence, { actor: 'eve' })));

describe('A chain of audit entries', () => {
  it('Given an entry, When its text is read, Then it is the entry, frozen, and equal entries have equal texts', () => {
    const given = entry(1, { after: { b: 1, a: ['é', null] }, actor: null });
    const read = readAuditContent(auditContent(newAuditEntry(given)));
    expect(read).to.deep.equal(newAuditEntry(given));
    expect(Object.isFrozen(read) && Object.isFrozen(read.after)).to.equal(true);
    const turned = entry(1, { after: { b: 1, a: ['é', null] }, actor: undefined });
    expect(auditContent(newAuditEntry(turned))).to.equal(auditContent(read));
  });

  it('Given the text of an entry, When it is hashed, Then it is sha256 over the hash before and the text in UTF-8', () => {
    expect(chainHash(CHAIN_START, '{"é":1}')).to.equal(
      '2947f98c4cf3e215de82256cd207a9e13a2ef2c9690d882b76c6d8afa7de296e',
    );
  });

  it('Given a sound chain, When it is verified, Then nothing is found, and it is told how far it is vouched for', () => {
    expect(verifyChain(CHAIN, links(), [checkpointAt(7), checkpointAt(15)])).to.deep.equal({
      chain: CHAIN,
      entries: 20,
      unfinished: contents.map((_, index) => index + 1),
      vouchedThrough: 15,
    });
  });

  it('Given attempts with and without an outcome, When the chain is verified, Then the latter are told', () => {
    const outcome = { phase: 'outcome', attempt: 1, result: 'done' } as const;
    const two = [entry(1), entry(2), entry(3, outcome)].map((each) => auditContent(newAuditEntry(each)));
    expect(verifyChain(CHAIN, chained(two)).unfinished).to.deep.equal([2]);
  });

  const tampered: readonly (readonly [
    what: string,
    tamper: (links: AuditLink[]) => AuditLink[],
    fault: { readonly sequence: number; readonly kind: string },
    withoutCheckpoints: boolean,
  ])[] = [
    [
      'the content of one was changed',
      (all) => all.with(4, { ...all[4]!, content: forged(5) }),
      { sequence: 5, kind: 'changed' },
      true,
    ],
    [
      'the content and the hash of one were changed',
      (all) => all.with(4, { ...all[4]!, content: forged(5), hash: chainHash(all[3]!.hash, forged(5)) }),
      { sequence: 6, kind: 'changed' },
      true,
    ],
    [
      'one is no JSON any more',
      (all) => all.with(4, { ...all[4]!, content: 'gone' }),
      { sequence: 5, kind: 'changed' },
      true,
    ],
    ['one was deleted', (all) => all.toSpliced(7, 1), { sequence: 8, kind: 'deleted' }, true],
    ['the first was deleted', (all) => all.slice(1), { sequence: 1, kind: 'deleted' }, true],
    [
      'two have changed places',
      (all) => all.with(2, { ...all[3]!, sequence: 3 }).with(3, { ...all[2]!, sequence: 4 }),
      { sequence: 3, kind: 'reordered' },
      true,
    ],
    [
      'one was deleted and those behind it moved up',
      (all) => all.toSpliced(4, 1).map((link, index) => ({ ...link, sequence: index + 1 })),
      { sequence: 5, kind: 'reordered' },
      true,
    ],
    ['the last ten were cut off', (all) => all.slice(0, 10), { sequence: 11, kind: 'cut' }, false],
    ['all were deleted', () => [], { sequence: 1, kind: 'cut' }, false],
    [
      'all from the fifth on were written anew',
      () => chained(contents.map((content, index) => (index === 4 ? forged(5) : content))),
      { sequence: 1, kind: 'rewritten' },
      false,
    ],
    [
      'the last ones were written anew',
      () => chained(contents.map((content, index) => (index === 12 ? forged(13) : content))),
      { sequence: 8, kind: 'rewritten' },
      false,
    ],
  ];

  for (const [what, tamper, fault, withoutCheckpoints] of tampered) {
    it(`Given a chain of which ${what}, When it is verified, Then it is ${fault.kind} from ${fault.sequence} on (G23)`, () => {
      const changed = tamper(links());
      expect(changed, 'that it was tampered with').not.to.deep.equal(links());
      expect(verifyChain(CHAIN, changed, [checkpointAt(7), checkpointAt(18)]).fault).to.deep.equal(fault);
      expect(verifyChain(CHAIN, changed).fault === undefined, 'only checkpoints tell').to.equal(
        !withoutCheckpoints,
      );
    });
  }
});
