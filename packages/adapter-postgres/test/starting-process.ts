import { createPostgresAdapter } from '@test-coordinator/adapter-postgres';

// One of many processes that start on an empty database, each time they are told its URL: `migrations.spec.ts` forks it.
process.on('message', (url: string) => {
  const adapter = createPostgresAdapter({ settings: { url, poolSize: 1, maxOverflow: 1 } });
  void adapter
    .start()
    .then(() => adapter.stop())
    .then(
      () => process.send?.('started'),
      (error: unknown) => process.send?.(String(error)),
    );
});
process.send?.('ready');
