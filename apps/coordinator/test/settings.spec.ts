import { readSettings, SETTINGS } from '@test-coordinator/coordinator';
import { SettingsError } from '@test-coordinator/settings';
import { expect } from 'chai';

const PREFIX = 'TEST_COORDINATOR_ADAPTER_';

describe('Settings', () => {
  describe('Given an environment without settings', () => {
    it('When it is read, Then every setting has its documented default', () => {
      expect(readSettings({ PATH: '/bin', HOME: '/root' })).to.deep.equal({
        store: 'postgres',
        postgresUrl: undefined,
        postgresPoolSize: 10,
        postgresMaxOverflow: 20,
        postgresPoolTimeoutSeconds: 30,
        postgresPoolRecycleSeconds: 3_600,
        postgresSchema: 'test_coordination',
        spool: true,
        spoolDir: undefined,
        spoolMaxBytes: 2_147_483_648,
        spoolHighWaterPercent: 80,
        spoolAfterSeconds: 5,
        audit: false,
        auditKey: undefined,
        redisUrl: undefined,
        redisPoolSize: 10,
        redisSocketTimeoutSeconds: 5,
        redisSocketConnectTimeoutSeconds: 5,
        redisKeyPrefix: 'tc:',
        cacheTtlDefaultSeconds: 300,
        cacheTtlScenariosSeconds: 600,
        cacheTtlTestRunsSeconds: 300,
        cacheTtlResultsSeconds: 180,
        serviceName: 'test-coordinator',
        serviceVersion: undefined,
        heartbeatIntervalSeconds: 30,
        staleServiceThresholdSeconds: 300,
        batchSize: 100,
        queryTimeoutSeconds: 30,
        testRunsRetentionDays: 90,
        scenariosRetentionDays: 365,
        chaosEventsRetentionDays: 90,
        testResultsRetentionDays: 90,
        logLevel: 'INFO',
        logSqlQueries: false,
        healthCheckTimeoutSeconds: 5,
        dataDir: undefined,
        httpHost: '127.0.0.1',
        httpPort: 8_084,
        httpAuth: undefined,
        apiKeysFile: undefined,
        authFailureLimit: 120,
        oidcIssuer: undefined,
        oidcAudience: undefined,
        oidcJwksUrl: undefined,
        oidcAlgorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
        oidcScopeClaim: 'scope',
        oidcScopeNames: undefined,
        oidcClockToleranceSeconds: 30,
        clientKey: undefined,
        corsOrigins: undefined,
        requestsPerSecond: 0,
        httpBodyLimitBytes: 1_048_576,
        httpImportLimitBytes: 67_108_864,
        tracesEndpoint: undefined,
        tracesPercent: 100,
      });
    });

    it('When a command has other defaults, Then they stand in, and a variable goes before them', () => {
      expect(readSettings({}, { logLevel: 'WARNING' }).logLevel).to.equal('WARNING');
      const told = readSettings({ [`${PREFIX}LOG_LEVEL`]: 'debug' }, { logLevel: 'WARNING' });
      expect(told.logLevel).to.equal('DEBUG');
    });

    it('When the settings are read, Then nobody can change them', () => {
      const settings = readSettings({}) as { batchSize: number };
      expect(() => (settings.batchSize = 1)).to.throw(TypeError);
    });
  });

  describe('Given wrong variables', () => {
    it('When one of the data layer, one of the API and two together are wrong, Then one error names them all', () => {
      const environment = {
        [`${PREFIX}HEARTBEAT_INTERVAL`]: '300',
        TEST_COORDINATOR_HTTP_PORT: '70000',
        TEST_COORDINATOR_HTTP_BODY_LIMITS: '1',
        [`${PREFIX}BATCH_SIZE`]: '0',
      };
      expect(() => readSettings(environment))
        .to.throw(SettingsError)
        .with.property('message')
        .that.satisfies((message: string) => {
          const [batch, port, typo, heartbeat, ...others] = message.split('\n');
          expect(batch).to.equal(`${PREFIX}BATCH_SIZE must be a whole number from 1 to 1000, not "0"`);
          expect(port).to.match(/^TEST_COORDINATOR_HTTP_PORT must be a whole number from 0 to 65535/);
          expect(typo).to.match(
            /_BODY_LIMITS is not a known setting; did you mean TEST_COORDINATOR_HTTP_BODY_LIMIT\?$/,
          );
          expect(heartbeat).to.match(/HEARTBEAT_INTERVAL must be less than /);
          return others.length === 0;
        });
    });
  });

  it('Given the table of settings, When it is read, Then no two have one variable', () => {
    const variables = Object.values(SETTINGS).map(({ variable }) => variable);
    expect(new Set(variables).size).to.equal(variables.length);
  });
});
