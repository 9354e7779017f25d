import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import {
  AdapterFactory,
  ApiKeyAuthentication,
  ApiKeyFile,
  createLogger,
  mintApiKey,
  type Authentication,
  type Scope,
} from '@test-coordinator/coordinator';
import { silentLogger, systemClock } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient, json, type Method } from './api-client.js';
import { CoordinatorHere } from './coordinator-here.js';
import { eventually } from './eventually.js';
import { example, JUNIT } from './examples.js';
import { runInProcess } from './in-process.js';
import { TerminalDouble } from './terminal-double.js';

const UNKNOWN = '01a20032-c44f-74ee-8791-90d35c118794';

describe('Access', () => {
  let folder: string;
  let file: ApiKeyFile;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'access-'));
    file = new ApiKeyFile(join(folder, 'api-keys.json'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function keyOf(scope: Scope, expiresAt: Date | null = null): Promise<string> {
    const minted = mintApiKey({ name: `a ${scope} user`, scope, createdAt: new Date(0), expiresAt });
    await file.change((keys) => [...keys.values(), minted.key]);
    return minted.text;
  }

  async function guarded(): Promise<ApiClient> {
    const authentication = await ApiKeyAuthentication.open(file, systemClock, silentLogger);
    return ApiClient.start({ authentication });
  }

  const bearing = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

  describe('Given a coordinator that asks for keys', () => {
    it('When every operation of its document is called without one, Then all but those that are open refuse with 401 before they look at the body', async () => {
      await using api = await guarded();
      const open: string[] = [];
      for (const { method, url } of api.document.operations()) {
        const path = url.replaceAll(/\{\w+\}/g, UNKNOWN);
        const answer = await api.call(method as Method, path, { body: method === 'GET' ? undefined : '{' });
        if (answer.status === 401) {
          expect(json(answer)).to.include({ code: 'UNAUTHENTICATED' });
          expect(answer.headers['www-authenticate']).to.match(/^Bearer /);
        } else open.push(`${method} ${url}`);
      }
      expect(open).to.have.members(['GET /livez', 'GET /readyz', 'GET /openapi.json']);
    });

    it('When every operation is called with each scope, Then those that it does not allow are 403, and no others', async () => {
      const keys = { read: await keyOf('read'), record: await keyOf('record'), admin: await keyOf('admin') };
      await using api = await guarded();
      const seen = new Set<string>();
      for (const { method, url, scope } of api.document.operations()) {
        if (scope === undefined) continue;
        // A stream goes on until its reader leaves.
        if (method === 'GET' && url.endsWith('/live') && url !== '/api/v1/live') continue;
        const path = url.replaceAll(/\{\w+\}/g, UNKNOWN);
        for (const [held, key] of Object.entries(keys)) {
          const isAllowed =
            ['read', 'record', 'admin'].indexOf(held) >= ['read', 'record', 'admin'].indexOf(scope);
          const answer = await api.call(method as Method, path, {
            ...bearing(key),
            body: method === 'GET' ? undefined : '{',
          });
          if (isAllowed) expect(answer.status, `${method} ${url} with ${held}`).to.not.be.oneOf([401, 403]);
          else expect(answer.status, `${method} ${url} with ${held}`).to.equal(403);
          seen.add(`${scope} ${isAllowed}`);
        }
      }
      expect([...seen]).to.have.members([
        'read true',
        'record true',
        'record false',
        'admin true',
        'admin false',
      ]);
    });

    it('When a key is wrong by one character, cut, of another form, or expired, Then it is 401 and the answer does not hold it', async () => {
      const good = await keyOf('admin');
      const expired = await keyOf('admin', new Date(1));
      await using api = await guarded();
      expect((await api.call('GET', '/api/v1/runs', bearing(good))).status).to.equal(200);
      const other = good.endsWith('A') ? 'B' : 'A';
      for (const wrong of [
        good.slice(0, -1) + other,
        good.slice(0, -1),
        `${good}A`,
        'tck_',
        'x'.repeat(9_000),
        expired,
      ]) {
        const answer = await api.call('GET', '/api/v1/runs', bearing(wrong));
        expect(answer.status, wrong).to.equal(401);
        expect(answer.text).to.not.include(wrong);
      }
      const basic = { headers: { authorization: `Basic ${Buffer.from(`x:${good}`).toString('base64')}` } };
      expect((await api.call('GET', '/api/v1/runs', basic)).status).to.equal(401);
    });

    it('When an address sends more in a minute without a good key than it may, Then it is 429 with the time to wait, each is looked at once at most, and a good key still opens', async () => {
      const good = await keyOf('read');
      const keys = await ApiKeyAuthentication.open(file, systemClock, silentLogger);
      let looks = 0;
      const authentication: Authentication = {
        authenticate(credentials) {
          looks += 1;
          return keys.authenticate(credentials);
        },
      };
      await using api = await ApiClient.start({ authentication, failuresPerMinute: 6 });
      const wrong = `${good.slice(0, -2)}${good.endsWith('AA') ? 'BB' : 'AA'}`;
      const statuses: number[] = [];
      for (let call = 0; call < 12; call += 1)
        statuses.push((await api.call('GET', '/api/v1/runs', call % 2 ? bearing(wrong) : {})).status);
      expect(statuses).to.deep.equal([401, 401, 401, 401, 401, 401, 429, 429, 429, 429, 429, 429]);
      expect(looks).to.equal(6);
      const refused = await api.call('GET', '/api/v1/scenarios', bearing(wrong));
      expect(json(refused)).to.include({ status: 429, code: 'RATE_LIMITED' });
      expect(Number(refused.headers['retry-after'])).to.be.within(1, 60);
      expect((await api.call('GET', '/livez')).status).to.equal(200);
      expect((await api.call('GET', '/api/v1/runs', bearing(good))).status).to.equal(200);
      const elsewhere = await api.server.inject({ url: '/api/v1/runs', remoteAddress: '192.0.2.7' });
      expect(elsewhere.statusCode).to.equal(401);
    });

    it('When a key is made or revoked while it serves, Then that holds a second later; and a file that is broken changes nothing', async () => {
      const first = await keyOf('read');
      const stream = new TerminalDouble();
      const logger = await createLogger(stream, { level: 'INFO', serviceName: 'test', isPretty: false });
      await using api = await ApiClient.start({
        authentication: await ApiKeyAuthentication.open(file, systemClock, logger),
      });
      const second = await keyOf('read');
      const statusWith = async (key: string) => (await api.call('GET', '/api/v1/runs', bearing(key))).status;
      await eventually('the new key opens', async () => (await statusWith(second)) === 200);
      await writeFile(file.path, '{"version":1,"keys":[{}]}');
      await eventually('the broken file is noticed', async () => {
        expect(await statusWith(first)).to.equal(200);
        return stream.text.includes('no file of API keys');
      });
      await rm(file.path);
      await eventually('all keys are revoked', async () => (await statusWith(first)) === 401);
    });

    it('When a request is served, Then its ports are told who asks', async () => {
      const key = await keyOf('read');
      await using api = await guarded();
      let actor: string | undefined;
      api.factory.getScenariosRepository().getById = (_id, options) => {
        actor = options?.actor;
        return Promise.resolve(null);
      };
      await api.call('GET', '/api/v1/scenarios/any', bearing(key));
      expect(actor).to.equal('key:a read user');
    });
  });

  it('Given a report that is imported, When it is recorded, Then its unit of work is told who imports, and for which request', async () => {
    const key = await keyOf('record');
    const factory = AdapterFactory.useStub();
    const unit = factory.getUnitOfWork();
    const run = unit.run.bind(unit);
    const told: unknown[] = [];
    unit.run = (work, options) => {
      told.push(options?.actor, options?.requestId);
      return run(work, options);
    };
    await using api = await ApiClient.start({
      factory,
      authentication: await ApiKeyAuthentication.open(file, systemClock, silentLogger),
    });
    const { headers } = bearing(key);
    const report = { body: example(JUNIT), headers: { ...headers, 'x-request-id': 'r-1' } };
    await api.must('POST', '/api/v1/imports', report);
    expect(told).to.deep.equal(['key:a record user', 'r-1']);
  });

  describe('Given the command keys', () => {
    const settings = () => ({ TEST_COORDINATOR_HTTP_API_KEYS_FILE: file.path });
    const keys = (...args: string[]) => runInProcess(['keys', ...args], settings());

    it('When the first key is made before the data folder is there, Then the folder is made too', async () => {
      const missing = join(dirname(file.path), 'not', 'there', 'api-keys.json');
      const made = await runInProcess(['keys', 'create', '--name', 'ci', '--scope', 'read'], {
        TEST_COORDINATOR_HTTP_API_KEYS_FILE: missing,
      });
      expect(made).to.include({ code: 0 });
      expect(await readFile(missing, 'utf8')).to.include(made.stdout.slice(4, 16));
    });

    it('When a key is made, rotated and revoked, Then the list says so, stdout holds the key alone, and the file holds no secret and is for its owner alone', async () => {
      const made = await keys('create', '--name', 'ci', '--scope', 'record', '--expires-in', '90d');
      expect(made).to.include({ code: 0 });
      expect(made.stdout).to.match(/^tck_[0-9a-f]{12}_[\w-]{43}\n$/);
      const keyId = made.stdout.slice(4, 16);
      // It may hold a _ itself.
      const secret = made.stdout.trim().slice(17);
      expect(await readFile(file.path, 'utf8'))
        .to.include(keyId)
        .and.not.include(secret);
      expect((await stat(file.path)).mode & 0o777).to.equal(0o600);

      const rotated = await keys('rotate', keyId, '--overlap', '1h');
      expect(rotated.code).to.equal(0);
      const authentication = await ApiKeyAuthentication.open(file, systemClock, silentLogger);
      for (const text of [made.stdout.trim(), rotated.stdout.trim()])
        expect(await authentication.authenticate(text)).to.deep.equal({ actor: 'key:ci', scope: 'record' });
      const later = { now: () => new Date(Date.now() + 3_700_000) };
      const afterwards = await ApiKeyAuthentication.open(file, later, silentLogger);
      expect(await afterwards.authenticate(made.stdout.trim())).to.equal(undefined);
      expect(await afterwards.authenticate(rotated.stdout.trim())).to.include({ scope: 'record' });

      expect((await keys('revoke', keyId)).code).to.equal(0);
      const listed = JSON.parse((await keys('list', '--format', 'json')).stdout) as {
        keys: { name: string }[];
      };
      expect(listed.keys).to.have.length(1);
      expect(listed.keys[0]).to.have.all.keys('keyId', 'name', 'scope', 'createdAt', 'expiresAt');
    });

    it('When many are made at once, Then all are kept', async () => {
      const made = await Promise.all(
        Array.from({ length: 8 }, (_, index) => keys('create', '--name', `n${index}`, '--scope', 'read')),
      );
      expect(made.map(({ code }) => code)).to.deep.equal(Array.from({ length: 8 }, () => 0));
      expect((await file.read()).size).to.equal(8);
    });

    it('When it is used wrongly, Then it says how, exits with 2, and makes no file', async () => {
      for (const args of [
        ['create'],
        ['create', '--name', 'a b', '--scope', 'read'],
        ['create', '--name', 'ci', '--scope', 'all'],
        ['create', '--name', 'ci', '--scope', 'read', '--expires-in', 'soon'],
        ['rotate'],
        ['rotate', '0123456789ab'],
        ['revoke', '0123456789ab'],
        ['list', 'x'],
        ['nothing'],
      ]) {
        const { code, stdout, stderr } = await keys(...args);
        expect({ code, stdout }, args.join(' ')).to.deep.equal({ code: 2, stdout: '' });
        expect(stderr).to.not.equal('');
      }
      expect(await file.stamp()).to.equal(undefined);
    });
  });

  describe('Given settings that let other machines call', () => {
    const everywhere = { TEST_COORDINATOR_HTTP_HOST: '0.0.0.0', TEST_COORDINATOR_HTTP_PORT: '0' };

    it('When nobody would be asked for a key, or no key opens anything, Then it does not start and says what to do', async () => {
      const own = { ...everywhere, TEST_COORDINATOR_HTTP_API_KEYS_FILE: file.path };
      const none = await runInProcess(['serve'], { ...own, TEST_COORDINATOR_HTTP_AUTH: 'none' });
      expect(none).to.include({ code: 2 });
      expect(none.stderr).to.include('TEST_COORDINATOR_HTTP_AUTH');
      const keyless = await runInProcess(['serve'], own);
      expect(keyless).to.include({ code: 2 });
      expect(keyless.stderr).to.include('keys create');
      await keyOf('admin', new Date(1));
      expect(await runInProcess(['serve'], own)).to.include({ code: 2 });
    });

    it('When there is a key, Then it serves, refuses who has none, and lets who has it watch', async () => {
      const key = await keyOf('record');
      const own = { TEST_COORDINATOR_HTTP_API_KEYS_FILE: file.path };
      const coordinator = new CoordinatorHere({ ...everywhere, ...own });
      const [, url] = await coordinator.saying(/"url":"http:\/\/[^"]*:(\d+)"/);
      const base = `http://127.0.0.1:${url}`;
      expect((await fetch(`${base}/api/v1/runs`)).status).to.equal(401);
      const keyless = await runInProcess(['watch', UNKNOWN, '--url', base]);
      expect(keyless).to.include({ code: 2 });
      expect(keyless.stderr).to.include('TEST_COORDINATOR_HTTP_CLIENT_KEY');
      // With the key it gets as far as the port, which is asked for what is no id.
      const known = await runInProcess(['watch', 'no id', '--url', base], {
        TEST_COORDINATOR_HTTP_CLIENT_KEY: key,
      });
      expect(known).to.include({ code: 2 });
      expect(known.stderr).to.include('runId').and.not.include('KEY');
      coordinator.kill();
      const { code, stdout } = await coordinator.ended();
      expect(code).to.equal(0);
      expect(stdout).to.not.include(key);
    });
  });
});
