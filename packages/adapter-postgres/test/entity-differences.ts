import { scenarioSchema, testRunSchema } from '@test-coordinator/adapter-postgres';
import { DataSource } from 'typeorm';

/** What TypeORM would change to make the database fit the entities. */
export async function entityDifferences(url: string): Promise<readonly string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema: 'test_coordination',
    entities: [scenarioSchema, testRunSchema],
    installExtensions: false,
  });
  await dataSource.initialize();
  try {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  } finally {
    await dataSource.destroy();
  }
}
