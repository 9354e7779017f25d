import type { SpoolView } from '@test-coordinator/adapter-spool';
import { DataAdapterError } from '@test-coordinator/ports';

/** A dead letter under the name that it has among those of all slots. */
export interface NamedLetter {
  /** `0/0000000000000002-0037`: the slot, the sequence and the place in a batch. */
  readonly name: string;
  readonly view: SpoolView;
  /** Its name in its slot. */
  readonly file: string;
}

/** All there are, slot by slot, oldest first. */
export async function namesOf(slots: readonly SpoolView[]): Promise<readonly NamedLetter[]> {
  const lists = slots.map(async (view) => {
    const files = await view.deadLetters.list();
    return files.map((file) => ({ name: `${view.slot}/${file.replace(/\.json$/, '')}`, view, file }));
  });
  return (await Promise.all(lists)).flat();
}

/** @throws DataAdapterError `NOT_FOUND` for a name that none has: then nothing was done with the others. */
export async function deadLettersNamed(
  slots: readonly SpoolView[],
  names: readonly string[],
): Promise<readonly NamedLetter[]> {
  const all = new Map((await namesOf(slots)).map((letter) => [letter.name, letter]));
  return [...new Set(names)].map((name) => {
    const found = all.get(name);
    if (found !== undefined) return found;
    const message = `there is no dead letter ${JSON.stringify(name.slice(0, 100))}; spool shows their names`;
    throw new DataAdapterError('NOT_FOUND', message);
  });
}
