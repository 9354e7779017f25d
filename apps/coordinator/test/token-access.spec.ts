import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  ApiKeyFile,
  chooseAuthentication,
  createLogger,
  mintApiKey,
  readSettings,
  TOKEN_ALGORITHMS,
  TokenAuthentication,
  type Principal,
  type TokenAuthenticationOptions,
} from '@test-coordinator/coordinator';
import { DataAdapterError, silentLogger, systemClock } from '@test-coordinator/ports';
import { expect } from 'chai';
import { base64url, SignJWT } from 'jose';

import { ApiClient, json } from './api-client.js';
import { CoordinatorHere } from './coordinator-here.js';
import { SERVING } from './coordinator-process.js';
import { runInProcess } from './in-process.js';
import { IssuerDouble } from './issuer-double.js';
import { TerminalDouble } from './terminal-double.js';

const HTTP = 'TEST_COORDINATOR_HTTP_';
const RECORDER: Principal = { actor: 'oidc:ci-bot', scope: 'record' };

describe('Access by tokens', () => {
  let issuer: IssuerDouble;
  let log: TerminalDouble;
  before(async () => {
    issuer = await IssuerDouble.start();
    log = new TerminalDouble();
  });
  after(() => issuer[Symbol.asyncDispose]());

  async function opened(changes: Partial<TokenAuthenticationOptions> = {}): Promise<TokenAuthentication> {
    return TokenAuthentication.open({
      issuer: issuer.issuer,
      audience: 'coordinator',
      algorithms: ['ES256', 'PS256'],
      scopeClaim: 'scope',
      clockToleranceSeconds: 30,
      clock: systemClock,
      logger: await createLogger(log, { level: 'DEBUG', serviceName: 'test', isPretty: false }),
      ...changes,
    });
  }

  const bearing = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

  describe('Given a coordinator that takes the tokens of an issuer', () => {
    let api: ApiClient;
    before(async () => {
      api = await ApiClient.start({ authentication: await opened() });
    });
    after(() => api[Symbol.asyncDispose]());

    it('When a good one comes, Then its subject is the actor, by discovery, by a known address of keys, and in every way to name an audience', async () => {
      for (const jwksUrl of [undefined, issuer.jwksUrl]) {
        const tokens = await opened({ jwksUrl });
        for (const token of [
          await issuer.token(),
          await issuer.token({ aud: ['other', 'coordinator'] }, { typ: 'at+jwt' }),
          await issuer.token({ exp: inSeconds(-20), nbf: inSeconds(20) }),
        ])
          expect(await tokens.authenticate(token)).to.deep.equal(RECORDER);
      }
    });

    const refused: Readonly<Record<string, () => string | Promise<string>>> = {
      'of another issuer': () => issuer.token({ iss: `${issuer.issuer}/` }),
      'without an issuer': () => issuer.token({ iss: undefined }),
      'for somebody else': () => issuer.token({ aud: ['coordinators', 'other'] }),
      'for nobody': () => issuer.token({ aud: undefined }),
      'that has expired': () => issuer.token({ exp: inSeconds(-31) }),
      'that never expires': () => issuer.token({ exp: undefined }),
      'that is not good yet': () => issuer.token({ nbf: inSeconds(60) }),
      'of nobody': () => issuer.token({ sub: undefined }),
      'of a subject with a line break': () => issuer.token({ sub: 'a\nb' }),
      'of another kind': () => issuer.token({}, { typ: 'logout+jwt' }),
      'that is not signed': () => issuer.unsignedToken(),
      'that names a key which is not there': () => issuer.token({}, { kid: 'k9' }),
      'whose claims were changed': async () => {
        const [header, , signature] = (await issuer.token()).split('.');
        return [header, base64url.encode(JSON.stringify(issuer.claims({ scope: 'admin' }))), signature].join(
          '.',
        );
      },
      'whose signature was changed': async () => {
        const token = await issuer.token();
        // Within it: of the last character, some bits count for nothing.
        const place = token.length - 20;
        return token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1);
      },
      'that is cut': async () => (await issuer.token()).slice(0, -20),
    };
    for (const [which, make] of Object.entries(refused)) {
      it(`When a token ${which} comes, Then it opens nothing, and neither the log nor the answer holds it`, async () => {
        const token = await make();
        const answer = await api.call('GET', '/api/v1/runs', bearing(token));
        expect(answer.status).to.equal(401);
        expect(answer.headers['www-authenticate']).to.include('error="invalid_token"');
        for (const part of token.split('.').filter((each) => each !== ''))
          expect(log.text + answer.text).to.not.include(part);
        expect((await api.call('GET', '/api/v1/runs', bearing(await issuer.token()))).status).to.equal(200);
      });
    }

    it('When it is signed by another algorithm than the settings name, or by a public key as if that were a secret, Then it opens nothing', async () => {
      await using changing = await IssuerDouble.start();
      await changing.addKey('RS256');
      const tokens = await opened({ issuer: changing.issuer, algorithms: ['RS256', 'ES256'] });
      const published = changing.publicJwk;
      const spki = createPublicKey({ key: published, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      for (const secret of [String(spki), JSON.stringify(published), published.n!]) {
        const forged = await new SignJWT(changing.claims())
          .setProtectedHeader({ alg: 'HS256', kid: published.kid! })
          .sign(new TextEncoder().encode(secret));
        expect(await tokens.authenticate(forged)).to.equal(undefined);
      }
      expect(await tokens.authenticate(await changing.token())).to.deep.equal(RECORDER);
      await changing.addKey('ES384');
      const good = await changing.token();
      expect(await tokens.authenticate(good)).to.equal(undefined);
      expect(
        await (await opened({ issuer: changing.issuer, algorithms: ['ES384'] })).authenticate(good),
      ).to.deep.equal(RECORDER);
      expect(TOKEN_ALGORITHMS.filter((name) => /^(none|hs)/i.test(name))).to.deep.equal([]);
    });

    it('When the claim of scopes comes in any form, Then the largest scope counts, and none is somebody who may do nothing', async () => {
      for (const [scopeClaim, scopeNames, claims, scope] of [
        ['scope', undefined, { scope: 'read admin record' }, 'admin'],
        ['scope', undefined, { scope: 'records readonly' }, null],
        ['scope', undefined, { scope: undefined }, null],
        ['scope', undefined, { scope: { admin: true } }, null],
        ['realm_access.roles', { record: 'chaos' }, { realm_access: { roles: ['chaos', 'read'] } }, 'record'],
        ['https://example.org/roles', { admin: 'boss' }, { 'https://example.org/roles': ['boss'] }, 'admin'],
        ['roles', { admin: 'boss' }, { roles: ['admin'] }, null],
        ['a.constructor.name', undefined, { a: 'b' }, null],
      ] as const) {
        const tokens = await opened({ scopeClaim, scopeNames });
        const principal = await tokens.authenticate(await issuer.token(claims));
        expect(principal, JSON.stringify(claims)).to.deep.equal({ actor: 'oidc:ci-bot', scope });
      }
    });

    it('When tokens with each scope call, Then a route takes those that it allows and refuses others with 403', async () => {
      const UNKNOWN = '/api/v1/runs/01890a5d-ac96-774b-bcce-b302099a8057';
      for (const [scope, ...statuses] of [
        ['none', 403, 403, 403],
        ['read', 404, 403, 403],
        ['record', 404, 404, 403],
        ['admin', 404, 404, 404],
      ] as const) {
        const told = [];
        for (const [method, url] of [
          ['GET', UNKNOWN],
          ['POST', `${UNKNOWN}/start`],
          ['DELETE', UNKNOWN],
        ] as const)
          told.push((await api.call(method, url, bearing(await issuer.token({ scope })))).status);
        expect(told, scope).to.deep.equal(statuses);
      }
    });
  });

  describe('Given an issuer that changes or goes away', () => {
    let shared: IssuerDouble;
    before(() => {
      shared = issuer;
    });
    beforeEach(async () => {
      issuer = await IssuerDouble.start();
      log = new TerminalDouble();
    });
    afterEach(async () => {
      await issuer[Symbol.asyncDispose]();
      issuer = shared;
    });

    it('When it is gone after its keys were read, Then its tokens stay good, also when the keys are old', async () => {
      let now = Date.now();
      const tokens = await opened({ clock: { now: () => new Date(now) } });
      const token = await issuer.token({ exp: inSeconds(36_000) });
      await issuer[Symbol.asyncDispose]();
      for (const later of [0, 700_000, 7_000_000]) {
        now += later;
        expect(await tokens.authenticate(token)).to.deep.equal(RECORDER);
      }
      expect(await tokens.authenticate(await issuer.token({}, { kid: 'k9' }))).to.equal(undefined);
      expect(log.text.match(/cannot be read: those that are known stay good/g)).to.have.length(1);
    });

    it('When its keys were never read, Then a token is UNAVAILABLE and not refused, and taken once it answers', async () => {
      let now = Date.now();
      issuer.discovery['issuer'] = 'https://somebody.example.org';
      const tokens = await opened({ clock: { now: () => new Date(now) } });
      expect(log.text).to.include('names another issuer');
      const token = await issuer.token();
      const failure: unknown = await tokens.authenticate(token).catch((error: unknown) => error);
      expect(DataAdapterError.is(failure) && failure.code).to.equal('UNAVAILABLE');
      await using api = await ApiClient.start({ authentication: tokens });
      const answer = await api.call('GET', '/api/v1/runs', bearing(token));
      expect([answer.status, json(answer)['code']]).to.deep.equal([503, 'UNAVAILABLE']);
      delete issuer.discovery['issuer'];
      now += 10_000;
      expect(await tokens.authenticate(token)).to.deep.equal(RECORDER);
    });

    it('When its discovery document names keys on another machine without TLS, Then they are not asked for', async () => {
      issuer.discovery['jwks_uri'] = 'http://192.0.2.1/keys';
      await opened();
      expect(log.text).to.include('names no https address of keys');
    });

    it('When it has a new key, Then a token that names it has the keys read once in ten seconds at most, and the old key opens nothing once it is not published', async () => {
      let now = Date.now();
      const tokens = await opened({ clock: { now: () => new Date(now) } });
      const old = await issuer.token();
      await issuer.addKey('ES256');
      issuer.removeOldKeys();
      const fresh = await issuer.token();
      expect(await tokens.authenticate(fresh)).to.equal(undefined);
      now += 10_000;
      const answered = await Promise.all(Array.from({ length: 20 }, () => tokens.authenticate(fresh)));
      for (const principal of answered) expect(principal).to.deep.equal(RECORDER);
      for (let count = 0; count < 20; count += 1)
        expect(await tokens.authenticate(await issuer.token({}, { kid: `x${count}` }))).to.equal(undefined);
      expect(issuer.reads).to.equal(2);
      expect(await tokens.authenticate(old)).to.equal(undefined);
    });
  });

  describe('Given settings', () => {
    let folder: string;
    let settings: Record<string, string>;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'token-access-'));
      settings = {
        [`${HTTP}API_KEYS_FILE`]: join(folder, 'api-keys.json'),
        [`${HTTP}OIDC_ISSUER`]: issuer.issuer,
        [`${HTTP}OIDC_AUDIENCE`]: 'coordinator',
      };
    });
    afterEach(() => rm(folder, { recursive: true }));
    const chosen = (changes: Record<string, string> = {}) =>
      chooseAuthentication(readSettings({ ...settings, ...changes }), {
        environment: {},
        clock: systemClock,
        logger: silentLogger,
      });

    it('When an issuer is named, Then tokens are taken, and keys too as soon as there is one; oidc takes tokens alone, keys none', async () => {
      const minted = mintApiKey({ name: 'ci', scope: 'read', createdAt: new Date(0), expiresAt: null });
      const token = await issuer.token();
      const told: unknown[] = [];
      const tell = async (auth: string) => {
        const authentication = await chosen({ [`${HTTP}AUTH`]: auth });
        const principals = [
          await authentication?.authenticate(token),
          await authentication?.authenticate(minted.text),
        ];
        told.push(principals.map((principal) => principal?.actor));
      };
      await tell('');
      await new ApiKeyFile(settings[`${HTTP}API_KEYS_FILE`]!).change(() => [minted.key]);
      for (const auth of ['oidc', '', 'keys']) await tell(auth);
      expect(told).to.deep.equal([
        ['oidc:ci-bot', undefined],
        ['oidc:ci-bot', undefined],
        ['oidc:ci-bot', 'key:ci'],
        [undefined, 'key:ci'],
      ]);
    });

    for (const [which, changes, named] of [
      ['an issuer without an audience', { [`${HTTP}OIDC_AUDIENCE`]: '' }, 'OIDC_AUDIENCE'],
      ['tokens without an issuer', { [`${HTTP}OIDC_ISSUER`]: '', [`${HTTP}AUTH`]: 'oidc' }, 'OIDC_ISSUER'],
      ['an issuer and nobody asked', { [`${HTTP}AUTH`]: 'none' }, 'OIDC_ISSUER'],
      ['an issuer over plain HTTP', { [`${HTTP}OIDC_ISSUER`]: 'http://sso.example.org' }, 'OIDC_ISSUER'],
      ['an issuer with a password', { [`${HTTP}OIDC_ISSUER`]: 'https://a:b@sso.example.org' }, 'OIDC_ISSUER'],
      ['an algorithm by a shared secret', { [`${HTTP}OIDC_ALGORITHMS`]: 'RS256,HS256' }, 'OIDC_ALGORITHMS'],
      ['a scope that there is not', { [`${HTTP}OIDC_SCOPE_NAMES`]: 'write=w' }, 'OIDC_SCOPE_NAMES'],
    ] as const) {
      it(`When they have ${which}, Then nothing starts, and the line says which setting`, async () => {
        const { code, stderr } = await runInProcess(['serve'], { ...settings, ...changes });
        expect(code).to.equal(2);
        expect(stderr).to.include(HTTP + named);
      });
    }

    it('When other machines can call and there is no API key, Then it starts, and takes a token and nothing else', async () => {
      const serving = new CoordinatorHere({
        ...settings,
        [`${HTTP}HOST`]: '0.0.0.0',
        [`${HTTP}PORT`]: '0',
        [`${HTTP}OIDC_SCOPE_NAMES`]: 'read=look, record=write',
      });
      const [, url] = await serving.saying(SERVING);
      const runs = `http://127.0.0.1:${new URL(url!).port}/api/v1/runs`;
      const token = await issuer.token({ scope: 'look' });
      expect((await fetch(runs)).status).to.equal(401);
      expect((await fetch(runs, bearing(token))).status).to.equal(200);
      expect((await fetch(runs, { ...bearing(token), method: 'POST' })).status).to.equal(403);
      serving.kill();
      const { code, stdout, stderr } = await serving.ended();
      expect(code).to.equal(0);
      expect(stdout + stderr).to.not.include(token);
    });
  });
});
