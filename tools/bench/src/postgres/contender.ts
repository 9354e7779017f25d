import type { NewTestResult } from '@test-coordinator/domain';

/** A client of PostgreSQL at work. One that lacks a method takes no part in that comparison. */
export interface PostgresContender {
  getById?(resultId: string): Promise<unknown>;
  /** The first page of the results of a run, by id. */
  listByRun?(runId: string): Promise<readonly unknown[]>;
  create?(result: NewTestResult): Promise<unknown>;
  bulkCreate?(results: readonly NewTestResult[]): Promise<unknown>;
  /** Sets the environment of a run when it is at this version, and answers with the run. */
  update?(runId: string, version: number, testEnvironment: string): Promise<unknown>;
  /** Moves a pending run to running, and answers with the run. */
  start?(runId: string): Promise<unknown>;
}

/** Opens the client in this process. Each module is loaded on demand, so that a process has one client only. */
export type OpenContender = (url: string) => Promise<PostgresContender>;

export const CONTENDERS: Readonly<Record<string, OpenContender>> = {
  'pg, named statements': async (url) => (await import('./contenders/raw-pg.js')).rawPg(url),
  'pg, COPY text': async (url) => (await import('./contenders/raw-pg.js')).rawCopy(url),
  'pg, UNNEST': async (url) => (await import('./contenders/raw-pg.js')).rawUnnest(url),
  'adapter-postgres': async (url) => (await import('./contenders/adapter.js')).adapter(url),
  'postgres.js': async (url) => (await import('./contenders/postgres-js.js')).postgresJs(url),
  Kysely: async (url) => (await import('./contenders/kysely.js')).kysely(url),
  Drizzle: async (url) => (await import('./contenders/drizzle.js')).drizzleOrm(url),
  'TypeORM repository': async (url) => (await import('./contenders/typeorm.js')).typeOrm(url),
};
