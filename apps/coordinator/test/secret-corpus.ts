import { inspect } from 'node:util';

/** In every text of the corpus, and nowhere else. */
export const SECRET = 'hunter2';

/** Texts as drivers put them into their errors. */
export const CORPUS = [
  `connect postgresql://app:${SECRET}@db:5432/chaos failed`,
  `connect postgresql+asyncpg://app:${SECRET}@db/chaos failed`,
  `postgresql://db/chaos?sslmode=require&password=${SECRET}`,
  `could not connect with host=db user=app password=${SECRET} dbname=chaos`,
  `postgresql://app:${SECRET}@%2Fvar%2Frun%2Fpostgresql/chaos`,
  `postgres%3A%2F%2Fapp%3A${SECRET}%40db%2Fchaos`,
  `redis://:${SECRET}@cache:6379/0 refused`,
  `WRONGPASS invalid username-password pair: AUTH password="${SECRET}"`,
  inspect({ name: 'QueryFailedError', driverError: { password: SECRET }, query: 'SELECT 1' }),
  JSON.stringify({ options: { host: 'db', password: SECRET } }),
  `Authorization: Bearer ${SECRET}`,
];
