import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { CONDUCT } from '@test-coordinator/adapter-spool';
import {
  AdapterFactory,
  ApiKeyAuthentication,
  ApiKeyFile,
  chooseAdapters,
  createLogger,
  Metrics,
  mintApiKey,
  readSettings,
} from '@test-coordinator/coordinator';
import { DataAdapterError, silentLogger, systemClock } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient, type Answer, type Method } from './api-client.js';
import { example, JUNIT } from './examples.js';
import { UNKNOWN_ID } from './records.js';
import { CORPUS, SECRET } from './secret-corpus.js';
import { soundBodies } from './sound-bodies.js';
import { TerminalDouble } from './terminal-double.js';

/** They ask no port, or what they ask is not there before a port is. A new route asks one, or is named here. */
const WITHOUT_PORTS = [
  'getLiveness',
  'getReadiness',
  'getOpenApi',
  'getMetrics',
  'renewLease',
  'releaseLease',
];
const ADMIN_KEY = 'a key of its own';

/** Every method of every port fails with what `next` gives. */
function failing(factory: AdapterFactory, next: () => Error): void {
  const ports: Readonly<Record<keyof typeof CONDUCT, object>> = {
    ...factory.getRepositories(),
    unitOfWork: factory.getUnitOfWork(),
    serviceDiscovery: factory.getServiceDiscoveryRepository(),
    cache: factory.getCacheRepository(),
    executionLocks: factory.getExecutionLocks(),
    activeRuns: factory.getActiveRuns(),
    auditLog: factory.getAuditLog(),
  };
  for (const [name, port] of Object.entries(ports)) {
    for (const method of Object.keys(CONDUCT[name as keyof typeof CONDUCT]))
      Reflect.set(port, method, () => Promise.reject(next()));
  }
}

/** The ways in which a text of a driver gets into an error. */
const CAUSES: readonly ((text: string) => Error)[] = [
  (text) => new DataAdapterError('UNAVAILABLE', text, { cause: new Error(text) }),
  (text) => new DataAdapterError('INVALID_ARGUMENT', text, { problems: [{ path: text, problem: text }] }),
  (text) => new Error(text, { cause: new Error(text) }),
];

describe('Secrets over every route', () => {
  let folder: string;
  let key: string;
  let api: ApiClient;
  let log: TerminalDouble;
  /** What the ports fail with next, and how often they did. */
  let cause: Error;
  let failures = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secrets-'));
    const minted = mintApiKey({ name: ADMIN_KEY, scope: 'admin', createdAt: new Date(0), expiresAt: null });
    key = minted.text;
    const file = new ApiKeyFile(join(folder, 'api-keys.json'));
    await file.change(() => [minted.key]);
    log = new TerminalDouble();
    const logger = await createLogger(log, { level: 'DEBUG', serviceName: 'test', isPretty: false });
    const metrics = new Metrics('1.2.3');
    const factory = AdapterFactory.useStub({}, { logger, observeCall: metrics.observeCall });
    failing(factory, () => {
      failures += 1;
      return cause;
    });
    const authentication = await ApiKeyAuthentication.open(file, systemClock, logger);
    api = await ApiClient.start({ factory, logger, metrics, authentication });
  });
  after(async () => {
    await api[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** The routes of the running server: another test holds its document to them. */
  function operations() {
    const bodies = soundBodies(UNKNOWN_ID);
    return Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({
        operationId: operationId!,
        method: method.toUpperCase() as Method,
        url:
          path.replaceAll(/\{\w+\}/g, UNKNOWN_ID) +
          (operationId === 'deleteCacheEntries' ? '?pattern=*' : ''),
        body: operationId === 'importReport' ? example(JUNIT) : bodies[operationId!],
      })),
    );
  }

  function expectNoSecret({ text, headers }: Answer, which: string): void {
    // After its id; it may hold a _ itself.
    const secretOfKey = key.slice('tck_0123456789ab_'.length);
    for (const secret of [SECRET, secretOfKey]) {
      expect(text, which).to.not.include(secret);
      expect(JSON.stringify(headers), which).to.not.include(secret);
      expect(log.text, which).to.not.include(secret);
    }
    log.text = '';
  }

  it('Given a store that fails with a secret in its error, When every route meets it in every form and in every kind of error, Then it is in no answer, header or line of the log (B24, G20)', async () => {
    const missed = new Set<string>();
    for (const { operationId, method, url, body } of operations()) {
      const failed = failures;
      for (const causeOf of CAUSES) {
        cause = causeOf(CORPUS.join('\n'));
        const answer = await api.call(method, url, { body, headers: { authorization: `Bearer ${key}` } });
        expectNoSecret(answer, operationId);
      }
      if (failures === failed) missed.add(operationId);
    }
    expect([...missed]).to.have.members(WITHOUT_PORTS);
    expect(failures).to.be.above(150);
  });

  it('Given requests that hold secrets where they do not belong, When every route refuses them, Then it is in no answer, header or line of the log', async () => {
    const seen = new Set<number>();
    cause = new DataAdapterError('NOT_FOUND', 'there is none');
    const dsn = `postgres://app:${SECRET}@db/chaos`;
    const good = `Bearer ${key}`;
    for (const { operationId, method, url, body } of operations()) {
      const path = `${url.split('?')[0]!}?password=${SECRET}&url=${encodeURIComponent(dsn)}`;
      const refused: (readonly [string | undefined, unknown])[] = [
        [undefined, body],
        [`Bearer ${key.slice(0, -2)}${SECRET}`, body],
        [`Basic ${Buffer.from(`app:${SECRET}`).toString('base64')}`, body],
        [good, body],
      ];
      if (body !== undefined)
        refused.push(
          [good, `{"${dsn}": "${SECRET}", "password": "${SECRET}"`],
          [good, { [dsn]: 1, password: SECRET, token: { secret: SECRET } }],
        );
      for (const [authorization, sent] of refused) {
        const headers = { ...(authorization !== undefined && { authorization }), 'x-request-id': `?${dsn}` };
        const answer = await api.call(method, path, { body: sent, headers });
        expectNoSecret(answer, operationId);
        seen.add(answer.status);
      }
    }
    for (const status of [401, 400, 404]) expect([...seen]).to.include(status);
    for (const [method, url] of [
      ['GET', `/nowhere/${encodeURIComponent(dsn)}`],
      ['DELETE', `/livez?password=${SECRET}`],
      ['GET', `/api/v1/runs/%zz${SECRET}`],
    ] as const)
      expectNoSecret(await api.call(method, url, { headers: { authorization: good } }), url);
  });

  it('Given settings with secrets, When the settings and all that is built from them are inspected or printed, Then the secrets are not there', async () => {
    const settings = readSettings({
      TEST_COORDINATOR_ADAPTER_POSTGRES_URL: `postgresql://app:${SECRET}@127.0.0.1:1/chaos?sslmode=disable`,
      TEST_COORDINATOR_ADAPTER_REDIS_URL: `redis://app:${SECRET}@127.0.0.1:1/0`,
      TEST_COORDINATOR_HTTP_CLIENT_KEY: `tck_0123456789ab_${SECRET}`,
      TEST_COORDINATOR_TRACES_ENDPOINT: `http://app:${SECRET}@127.0.0.1:1/v1/traces`,
      TEST_COORDINATOR_ADAPTER_DATA_DIR: folder,
    });
    const factory = await chooseAdapters(settings, { environment: {}, logger: silentLogger, spools: true });
    const started: unknown = await factory.start().catch((error: unknown) => error);
    try {
      for (const shown of [settings, factory, factory.adapters, factory.storage, started, api.server]) {
        expect(inspect(shown, { depth: 12 })).to.not.include(SECRET);
        expect(String(shown)).to.not.include(SECRET);
      }
      for (const printed of [settings, factory.adapters, factory.storage, await factory.checkHealth()])
        expect(JSON.stringify(printed)).to.not.include(SECRET);
    } finally {
      await factory.stop();
    }
  });
});
