import { inspect } from 'node:util';

import {
  ADAPTER_PREFIX as PREFIX,
  ADAPTER_SETTINGS,
  adapterContradictions,
  dataFolder,
  readSettings,
  SecretText,
  SettingsError,
} from '@test-coordinator/settings';
import { expect } from 'chai';

function read(environment: Record<string, string>) {
  return readSettings(ADAPTER_SETTINGS, environment, {
    prefixes: [PREFIX],
    contradictions: adapterContradictions,
  });
}

function refusal(environment: Record<string, string>): SettingsError {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('the settings were taken');
}

describe('Settings of the data layer', () => {
  describe('Given variables', () => {
    for (const [name, text, key, value] of [
      ['POSTGRES_POOL_SIZE', '25', 'postgresPoolSize', 25],
      ['POSTGRES_POOL_SIZE', ' 25 ', 'postgresPoolSize', 25],
      ['POSTGRES_POOL_SIZE', '', 'postgresPoolSize', 10],
      ['QUERY_TIMEOUT', '0.5', 'queryTimeoutSeconds', 0.5],
      ['LOG_SQL_QUERIES', 'True', 'logSqlQueries', true],
      ['LOG_SQL_QUERIES', '0', 'logSqlQueries', false],
      ['LOG_LEVEL', 'warn', 'logLevel', 'WARNING'],
      ['DATA_DIR', '/var/lib/test coordinator', 'dataDir', '/var/lib/test coordinator'],
    ] as const) {
      it(`When ${name} is ${JSON.stringify(text)}, Then ${key} is ${JSON.stringify(value)}`, () => {
        expect(read({ [PREFIX + name]: text })[key]).to.equal(value);
      });
    }

    it('When the store is named in any case, Then it is that one', () => {
      expect(read({ TEST_COORDINATOR_STORE: 'Memory' }).store).to.equal('memory');
    });

    for (const [given, plain] of [
      ['postgresql+asyncpg://app:p@db:5432/chaos', 'postgresql://app:p@db:5432/chaos'],
      ['POSTGRES://app:p@db/chaos', 'postgres://app:p@db/chaos'],
      [
        'postgresql+psycopg2://app:p%40ss@db/chaos?sslmode=require',
        'postgresql://app:p%40ss@db/chaos?sslmode=require',
      ],
      ['postgresql:///chaos?host=/var/run/postgresql', 'postgresql:///chaos?host=/var/run/postgresql'],
      [
        'postgresql://app:p@%2Fvar%2Frun%2Fpostgresql/chaos',
        'postgresql://app:p@%2Fvar%2Frun%2Fpostgresql/chaos',
      ],
    ] as const) {
      it(`When the URL of PostgreSQL is ${given}, Then the driver gets ${plain}`, () => {
        expect(read({ [`${PREFIX}POSTGRES_URL`]: given }).postgresUrl?.reveal()).to.equal(plain);
      });
    }

    for (const text of [
      'redis://cache',
      'RediSS://:p@cache:6380/1',
      'redis+sentinel://u:p@one,two:26380/master',
      'rediss+cluster://one:7000,two:7001',
    ]) {
      it(`When the URL of Redis is ${text}, Then the driver gets it as it is`, () => {
        expect(read({ [`${PREFIX}REDIS_URL`]: text }).redisUrl?.reveal()).to.equal(text);
      });
    }

    it('When a URL has a secret, Then it prints masked in every way and is revealed on demand alone', () => {
      for (const [url, shown] of [
        ['rediss://:hunter2@cache:6380/1', 'rediss://***@cache:6380/1'],
        ['redis+sentinel://app:hunter2@one,two/main', 'redis+sentinel://***@one,two/main'],
      ] as const) {
        const settings = read({ [`${PREFIX}REDIS_URL`]: url });
        expect(settings.redisUrl).to.be.instanceOf(SecretText);
        expect(settings.redisUrl?.reveal()).to.equal(url);
        const printed = [
          inspect(settings, { depth: 9, showHidden: true }),
          JSON.stringify(settings),
          String(settings.redisUrl),
        ];
        for (const text of printed) expect(text).to.include(shown).and.not.include('hunter2');
      }
    });
  });

  describe('Given wrong variables', () => {
    it('When several are wrong, Then one error names them all', () => {
      const error = refusal({
        [`${PREFIX}POSTGRES_POOL_SIZE`]: 'many',
        [`${PREFIX}BATCH_SIZE`]: '0',
        [`${PREFIX}LOG_LEVEL`]: 'LOUD',
        [`${PREFIX}CACHE_TTL_DEFALT`]: '3',
      });
      expect(error.message.split('\n')).to.deep.equal([
        `${PREFIX}POSTGRES_POOL_SIZE must be a whole number from 1 to 1000, not "many"`,
        `${PREFIX}BATCH_SIZE must be a whole number from 1 to 1000, not "0"`,
        `${PREFIX}LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not "LOUD"`,
        `${PREFIX}CACHE_TTL_DEFALT is not a known setting; did you mean ${PREFIX}CACHE_TTL_DEFAULT?`,
      ]);
      expect(error.problems).to.have.length(4);
    });

    for (const [name, text] of [
      ['POSTGRES_URL', 'app:hunter2@db/chaos'],
      ['POSTGRES_URL', 'mysql://app:hunter2@db/chaos'],
      ['POSTGRES_URL', 'postgresql://app:hun/ter2@db/chaos'],
      ['POSTGRES_URL', 'host=db password=hunter2'],
      ['REDIS_URL', 'redis:hunter2'],
      ['REDIS_URL', 'unix://:hunter2@/run/redis.sock'],
      ['REDIS_URL', 'redis+other://:hunter2@cache'],
      ['POSTGRES_POOL_SIZE', 'postgres://app:hunter2@db/chaos'],
    ] as const) {
      it(`When ${name} is a wrong ${text.replace('hunter2', '…')}, Then the error does not show the secret`, () => {
        const error = refusal({ [PREFIX + name]: text });
        expect(error.message)
          .to.include(PREFIX + name)
          .and.include('***');
        expect(inspect(error)).to.not.match(/hun\/?ter2/);
      });
    }

    for (const [interval, threshold] of [
      ['30', '30'],
      ['', '29.999'],
    ] as const) {
      it(`When heartbeats come every ${interval || '30 (by default)'} s and ${threshold} s are too long, Then the interval is refused`, () => {
        const settings = {
          [`${PREFIX}HEARTBEAT_INTERVAL`]: interval,
          [`${PREFIX}STALE_SERVICE_THRESHOLD`]: threshold,
        };
        expect(refusal(settings).message).to.match(
          new RegExp(`^${PREFIX}HEARTBEAT_INTERVAL must be less than ${PREFIX}STALE_SERVICE_THRESHOLD: `),
        );
      });
    }

    for (const text of ['-1', '1.5', '1e1', '0x10', '٣', 'NaN', 'Infinity', '99999999999999999999']) {
      it(`When a whole number is ${text}, Then it is refused`, () => {
        expect(refusal({ [`${PREFIX}BATCH_SIZE`]: text }).problems).to.have.length(1);
      });
    }

    it('When a variable under our prefix is nothing like a setting, Then it is refused without a guess', () => {
      const { message } = refusal({ [`${PREFIX}ZZZZZZZZ`]: 'hunter2' });
      expect(message).to.equal(`${PREFIX}ZZZZZZZZ is not a known setting`);
    });

    it('When a name comes from the prototype of objects, Then it is refused as any other', () => {
      expect(refusal({ [`${PREFIX}LOG_LEVEL`]: 'constructor' }).problems).to.have.length(1);
      expect(refusal({ [`${PREFIX}__proto__`]: 'x' }).problems).to.have.length(1);
    });
  });

  describe('Given where the data folder may be', () => {
    const root = 0;
    const somebody = 1_000;
    for (const [who, userId, dataDir, environment, folder] of [
      ['root', root, undefined, { HOME: '/root', XDG_DATA_HOME: '/root/x' }, '/var/lib/test-coordinator'],
      ['a user', somebody, undefined, { HOME: '/home/u' }, '/home/u/.local/share/test-coordinator'],
      [
        'a user with XDG_DATA_HOME',
        somebody,
        undefined,
        { HOME: '/h', XDG_DATA_HOME: '/x' },
        '/x/test-coordinator',
      ],
      [
        'a user with a relative one',
        somebody,
        undefined,
        { HOME: '/h', XDG_DATA_HOME: 'x' },
        '/h/.local/share/test-coordinator',
      ],
      ['root with a setting', root, '/data', {}, '/data'],
      ['a user with a relative setting', somebody, 'data', {}, `${process.cwd()}/data`],
    ] as const) {
      it(`When it is ${who}, Then it is ${folder.replace(process.cwd(), '…')}`, () => {
        expect(dataFolder({ dataDir }, environment, userId)).to.equal(folder);
      });
    }

    it('When there is neither a home nor a setting, Then one line names the setting', () => {
      expect(() => dataFolder({ dataDir: undefined }, {}, somebody)).to.throw(
        SettingsError,
        /^TEST_COORDINATOR_ADAPTER_DATA_DIR must name a folder for the records: this user has no home \(HOME is not set\)$/,
      );
    });
  });
});
