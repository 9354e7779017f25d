import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In the slots of a spool folder. */
const DEAD_LETTER = /^(.*\/)?dead\/[^/]+\.json$/;

/** A sentence for each dead letter: a record that was acknowledged, and that the store then refused. */
export async function readDeadLetters(spoolFolder: string): Promise<readonly string[]> {
  const files = await readdir(spoolFolder, { recursive: true }).catch(() => []);
  return Promise.all(
    files
      .filter((file) => DEAD_LETTER.test(file))
      .map(async (file) => {
        const { reason, payload } = JSON.parse(await readFile(join(spoolFolder, file), 'utf8')) as {
          readonly reason: { readonly code: string; readonly message: string };
          readonly payload: string;
        };
        const record = Buffer.from(payload, 'base64').toString().slice(0, 400);
        return `dead letter ${file}: ${reason.code} ${reason.message}: ${record}`;
      }),
  );
}
