import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** One step of the schema, as it was reviewed: a file of `migrations/`, never changed once it was released. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** sha256 of the file in hex: tells a database whose step was another text. */
  readonly checksum: string;
}

const FOLDER = new URL('../migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})-([a-z0-9-]+)\.sql$/;

/** All migrations of this version of the code, in order. */
export async function loadMigrations(): Promise<readonly Migration[]> {
  const files = (await readdir(FOLDER)).filter((file) => FILE_NAME.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      const [, number, name] = FILE_NAME.exec(file)!;
      const sql = await readFile(new URL(file, FOLDER), 'utf8');
      return {
        number: Number(number),
        name: name!,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      };
    }),
  );
}

/** The script that grants the product's roles, which is run again after every migration. */
export async function loadRolesScript(): Promise<string> {
  return readFile(new URL('roles.sql', FOLDER), 'utf8');
}
