import { expect } from 'chai';
import fc from 'fast-check';
import { inspect } from 'node:util';

import { isSecretKey, maskSecrets } from '@test-coordinator/ports';

const PASSWORD = 'hunter2';

/** Text with the password in it, in the forms that drivers, settings and documents show it. */
const CORPUS: Readonly<Record<string, string>> = {
  'a URL with user and password': `postgresql://app:${PASSWORD}@db.example:5432/chaos`,
  'a URL with a driver suffix': `postgresql+asyncpg://app:${PASSWORD}@db/chaos`,
  'a URL with a password alone': `redis://:${PASSWORD}@cache:6379/0`,
  'a URL with a token for a user': `https://${PASSWORD}@git.example/repo`,
  'a URL whose password holds an @': `postgres://app:a@${PASSWORD}@db/chaos`,
  'a URL whose password holds a slash': `postgres://app:a/${PASSWORD}@db/chaos`,
  'a web address whose password holds a slash': `https://app:a/${PASSWORD}@host/path`,
  'a URL whose password holds a quote': `postgres://app:a"${PASSWORD}@db/chaos`,
  'a URL whose password holds an apostrophe and a bracket': `postgres://app:${PASSWORD}')${PASSWORD}@db/chaos`,
  'a URL whose password is percent-encoded': `postgres://app:%40${PASSWORD}%2F@db/chaos`,
  'a URL within a URL': `https://proxy.example/?to=rediss://:${PASSWORD}@cache:6379`,
  'a URL that is percent-encoded as a whole': `https://a/?to=postgres%3A%2F%2Fapp%3A${PASSWORD}%40db%2Fchaos`,
  'a URL of a socket': `postgresql://app:${PASSWORD}@%2Fvar%2Frun%2Fpostgresql/chaos`,
  'a socket with a query': `postgresql:///chaos?host=/var/run/postgresql&user=app&password=${PASSWORD}`,
  'a socket that is named after the user': `socket://app:${PASSWORD}@/var/run/redis.sock?db=1`,
  'a query': `postgresql://db/chaos?sslmode=require&password=${PASSWORD}&connect_timeout=5`,
  'a query that is percent-encoded': `next=%3Fpassword%3D${PASSWORD}`,
  'a DSN': `host=db user=app password=${PASSWORD} dbname=chaos`,
  'a DSN with blanks': `host = db password = ${PASSWORD}`,
  'a DSN with quotes': `host=db password='it\\'s ${PASSWORD}' user=app`,
  'a DSN with an escaped blank': `host=db password=a\\ ${PASSWORD}`,
  'a DSN whose password holds & and ;': `password=a&b;${PASSWORD} host=db`,
  'an ADO connection string': `Server=db;User Id=app;Pwd=${PASSWORD};`,
  'a variable': `PGPASSWORD=${PASSWORD} psql`,
  'an option': `redis-cli --user app --password ${PASSWORD}`,
  'an option with =': `tool --api-key=${PASSWORD}`,
  JSON: JSON.stringify({ user: 'app', password: `a "b" ${PASSWORD}`, n: 1 }),
  'JSON in JSON': JSON.stringify({ text: JSON.stringify({ apiKey: PASSWORD }) }),
  'a number in JSON': '{"password":1234567,"user":"app"}',
  'an inspected object': inspect({ options: { user: 'app', accessToken: PASSWORD } }),
  YAML: `spec:\n  client_secret: ${PASSWORD}\n  replicas: 3`,
  'a header': `Authorization: Basic ${PASSWORD}==`,
  'a header with a scheme of its own': `authorization: Splunk ${PASSWORD}`,
  'a header of cookies': `Set-Cookie: theme=dark; sid=${PASSWORD}; Path=/`,
  'a private key': `-----BEGIN RSA PRIVATE KEY-----\n${PASSWORD}\n-----END RSA PRIVATE KEY-----`,
  'a private key that is cut off': `-----BEGIN PRIVATE KEY-----\n${PASSWORD}`,
  'a token of GitHub': `cloned with ghp_${PASSWORD}${'a'.repeat(20)}`,
  'an API key of a coordinator': `sent tck_0123456789ab_${PASSWORD}${'a'.repeat(20)}`,
  'a JSON Web Token': `sent eyJhbGciOi${PASSWORD}.eyJzdWIiOiIx.c2ln`,
  "a DSN of Go's drivers": `app:${PASSWORD}@tcp(db:3306)/chaos`,
  'the user of curl': `curl -u app:${PASSWORD} https://host/`,
  'the password of redis-cli': `redis-cli -h cache -a ${PASSWORD} ping`,
  'a name–value pair in JSON': `{"name": "DB_PASSWORD", "value": "${PASSWORD}"}`,
  'a name–value pair in compact JSON': `{"name":"DB_PASSWORD","value":"${PASSWORD}"}`,
  'an object of secrets': `{"secrets":{"k":"${PASSWORD}"},"user":"app"}`,
  'nested objects of secrets': `{"secrets":{"a":{"b":{"c":"${PASSWORD}"}}},"user":"app"}`,
  'a list of secrets': `{"apiKeys":["first","${PASSWORD}"]}`,
  'a name–value pair in YAML': `- name: "DB_PASSWORD"\n  value: ${PASSWORD}`,
  'a property of JUnit': `<property name="api.token" value="${PASSWORD}"/>`,
  'an XML element': `<client-secret>${PASSWORD}</client-secret>`,
  'a bearer token in a sentence': `refused Bearer ${PASSWORD}.abc.def by the server`,
};

describe('Masking of secrets in text', () => {
  describe('Given text with a secret', () => {
    for (const [form, text] of Object.entries(CORPUS)) {
      it(`When it is ${form}, Then the secret is gone`, () => {
        const masked = maskSecrets(text);
        expect(masked).to.not.match(/hunter2|1234567/);
        expect(masked).to.include('***');
      });

      it(`When it is ${form} and was masked already, Then nothing more changes`, () => {
        expect(maskSecrets(maskSecrets(text))).to.equal(maskSecrets(text));
      });
    }

    it('When the rest of the text is harmless, Then it is kept', () => {
      expect(maskSecrets(`connect postgres://app:${PASSWORD}@db:5432/chaos failed`)).to.equal(
        'connect postgres://***@db:5432/chaos failed',
      );
      expect(maskSecrets(`{"password":"${PASSWORD}","user":"app"}`)).to.equal(
        '{"password":"***","user":"app"}',
      );
      expect(maskSecrets(`host=db password=${PASSWORD} dbname=chaos`)).to.equal(
        'host=db password=*** dbname=chaos',
      );
    });

    it('When a password of any visible characters stands in a URL as encoded, Then it is gone', () => {
      fc.assert(
        fc.property(fc.string({ minLength: 6, maxLength: 20, unit: 'grapheme-ascii' }), (random) => {
          const password = `q${random}q`;
          const url = new URL('postgresql://db.example/chaos');
          url.username = 'app';
          url.password = password;
          expect(maskSecrets(`could not reach ${url.href}.`)).to.equal(
            'could not reach postgresql://***@db.example/chaos.',
          );
        }),
      );
    });
  });

  describe('Given text without a secret', () => {
    for (const text of [
      'scenario matching-engine-restart: name must not be empty',
      'GET https://host.example:8080/@scope/package?limit=5 answered 200',
      'see http://127.0.0.1:8084/docs and mail someone@example.org',
      'image nginx:1.25@sha256:0123456789abcdef',
      'redis://cache:6379/0',
      '<property name="browser" value="firefox"/><name>bucket of tokens</name>',
      'max_tokens=5 tokenizer=fast author: Bob',
      '{"passed": 3, "failed": 1, "keyword": "x"}',
      'password authentication failed for user "app"',
    ]) {
      it(`When it is "${text}", Then it is kept as it is`, () => {
        expect(maskSecrets(text)).to.equal(text);
      });
    }
  });

  describe('Given megabytes of hostile text', () => {
    for (const [form, unit] of Object.entries({
      'starts of URLs': 'a://',
      'starts of web addresses': 'http://a:',
      'starts of encoded URLs': '%3A%2F%2F',
      'secret names': 'password',
      'secret names with blanks': 'password    ',
      'options without an end': '--token-',
      'starts of private keys': '-----BEGIN PRIVATE KEY-----',
      'starts of web tokens': 'eyJaaaaaaaa.',
      'ends of DSNs': 'a@tcp',
      'starts of elements': '<password>',
      'names without values': 'name="token" ',
      'commands without a password': 'redis-cli ',
      'open quotes': 'password="\\',
      backslashes: '\\',
      letters: 'a',
    })) {
      it(`When it is ${form}, Then masking takes linear time`, function () {
        const millisecondsOf = (length: number) => {
          const text = unit.repeat(length / unit.length);
          // Processor time, which does not count what other programs take.
          const before = process.cpuUsage();
          maskSecrets(text);
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1_000;
        };
        millisecondsOf(100_000);
        // Quadratic time would take 64 times as long for 8 times the text.
        expect(millisecondsOf(2_000_000)).to.be.below(32 * Math.max(20, millisecondsOf(250_000)));
      });
    }
  });

  describe('Given the name of a field', () => {
    for (const name of [
      'password',
      'PGPASSWORD',
      'dbPassword',
      'x-api-key',
      'client_secret',
      'accessToken',
      'Authorization',
      'Set-Cookie',
      'credentials',
      'auth',
      'sentry_dsn',
      'private.key',
      'requirepass',
      'Pwd',
    ]) {
      it(`When it is ${name}, Then it is secret`, () => {
        expect(isSecretKey(name)).to.equal(true);
      });
    }
    for (const name of [
      'user',
      'host',
      'max_tokens',
      'tokenCount',
      'author',
      'passed',
      'passRate',
      'key',
      'keyword',
      'bypass',
    ]) {
      it(`When it is ${name}, Then it is not secret`, () => {
        expect(isSecretKey(name)).to.equal(false);
      });
    }
  });
});
