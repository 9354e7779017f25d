import { expect } from 'chai';
import { createRedisAdapter } from '@test-coordinator/adapter-redis';
import { DataAdapterError } from '@test-coordinator/ports';

const SECRET = 'hunter2-must-not-be-printed';

function refusalOf(settings: Parameters<typeof createRedisAdapter>[0]['settings']): DataAdapterError {
  try {
    createRedisAdapter({ settings });
  } catch (error) {
    if (DataAdapterError.is(error)) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('Given connection URLs', () => {
  for (const url of [
    'redis://localhost',
    'redis://localhost:6380/2',
    'rediss://user:p%40ss@redis.example:6380',
    'redis://[::1]:6379',
    'redis+sentinel://one,two:26380/master',
    'redis+sentinel://user:p%40ss@one,two/master/3',
    'rediss+cluster://user:p%40ss@one:7000,two:7001',
    'REDIS://localhost',
  ]) {
    it(`When it is ${url}, Then it is understood`, () => {
      expect(() => createRedisAdapter({ settings: { url } })).not.to.throw();
    });
  }

  for (const [url, problem] of [
    ['', 'must look like'],
    ['http://localhost', 'must look like'],
    [`redis://:${SECRET}@`, 'must look like'],
    [`redis://:${SECRET}@one,two`, 'several hosts'],
    [`redis://:${SECRET}@host:99999`, 'no name:port'],
    [`redis://:${SECRET}@host:port`, 'no name:port'],
    [`redis://:${SECRET}%zz@host`, '% that starts'],
    [`redis://:${SECRET}@host/db`, 'database number'],
    [`redis://:${SECRET}@host/1/2`, 'database number'],
    [`redis+sentinel://:${SECRET}@host`, 'must name the master'],
    [`redis+cluster://:${SECRET}@host/1`, 'none but 0'],
  ] as const) {
    it(`When it is ${url.replace(SECRET, '…') || 'empty'}, Then it is INVALID_ARGUMENT without its secret`, () => {
      const error = refusalOf({ url });
      expect(error.code).to.equal('INVALID_ARGUMENT');
      expect(error.message).to.include(problem).and.not.include(SECRET);
    });
  }
});

describe('Given settings that break a rule', () => {
  for (const [name, value] of [
    ['keyPrefix', 'a{b}'],
    ['keyPrefix', ''],
    ['poolSize', 0],
    ['poolSize', 1.5],
    ['socketTimeoutMs', 0],
    ['connectTimeoutMs', Number.NaN],
    ['staleThresholdMs', -1],
    ['defaultTtlSeconds', Number.POSITIVE_INFINITY],
    ['activeRunTtlMs', 0],
    ['watchWindow', 0],
  ] as const) {
    it(`When ${name} is ${JSON.stringify(value)}, Then it is INVALID_ARGUMENT by its name`, () => {
      const error = refusalOf({ url: 'redis://localhost', [name]: value });
      expect(error.code).to.equal('INVALID_ARGUMENT');
      expect(error.message).to.include(name);
    });
  }
});
