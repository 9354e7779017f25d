import { createPostgresAdapter, type PostgresSettings } from '@test-coordinator/adapter-postgres';
import { expect } from 'chai';

import { oldestServer, sharedServer } from './test-databases.js';

/** What an adapter calls the place of its records. */
async function storeIdOf(settings: PostgresSettings): Promise<string> {
  await using adapter = createPostgresAdapter({ settings });
  await adapter.start();
  return adapter.storeId();
}

describe('Given the place of the records', () => {
  it('When it is reached by two URLs, Then it is called the same', async () => {
    const url = await sharedServer.emptyDatabase();
    const another = new URL(url);
    another.searchParams.set('application_name', 'another');
    expect(await storeIdOf({ url })).to.equal(await storeIdOf({ url: another.href }));
  });

  it('When database, schema or server differ, Then it is called otherwise', async () => {
    const [one, other, old] = await Promise.all([
      sharedServer.emptyDatabase(),
      sharedServer.emptyDatabase(),
      oldestServer.emptyDatabase(),
    ]);
    const places = [{ url: one }, { url: one, schema: 'second' }, { url: other }, { url: old }];
    const ids = await Promise.all(places.map(storeIdOf));
    expect(new Set(ids).size).to.equal(places.length);
  });
});
