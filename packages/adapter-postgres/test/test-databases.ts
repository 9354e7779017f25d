import { migrate } from '@test-coordinator/adapter-postgres';
import { TestPostgres, type PostgresMajor } from '@test-coordinator/services';

/** A server that tests share and nobody breaks, with a template of the migrated schema. */
class SharedServer {
  #server: Promise<TestPostgres> | undefined;
  #template: Promise<string> | undefined;

  constructor(private readonly major?: PostgresMajor) {}

  /** The URL of a database without anything in it. */
  async emptyDatabase(): Promise<string> {
    return (await this.#start()).createDatabase();
  }

  /** The URL of a database of one's own with the migrated schema: a clone of a template, which takes 40 ms. */
  async migratedDatabase(): Promise<string> {
    const server = await this.#start();
    this.#template ??= server.templateDatabase(async (url) => {
      await migrate({ url });
    });
    return server.cloneDatabase(await this.#template);
  }

  async stop(): Promise<void> {
    await (await this.#server)?.stop();
  }

  #start(): Promise<TestPostgres> {
    this.#server ??= TestPostgres.start(this.major === undefined ? {} : { major: this.major });
    return this.#server;
  }
}

/** The server of TEST_PG_URL, or a throw-away one of the newest version. */
export const sharedServer = new SharedServer();
/** The oldest version that is supported. */
export const oldestServer = new SharedServer(15);

/**
 * Mocha's root hook: the servers end with the last test.
 * @public
 */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(30_000);
    await Promise.all([sharedServer.stop(), oldestServer.stop()]);
  },
};
