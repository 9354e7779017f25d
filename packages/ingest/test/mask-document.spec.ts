import { expect } from 'chai';

import type { JsonObject } from '@test-coordinator/domain';
import { maskDocument } from '@test-coordinator/ingest';
import { imported } from './import-world.js';
import { experiment, journal, probe, ran, state, states } from './journals.js';

const SECRET = 's3cr3t-value';

/** Places in a document where secrets are found in real files. */
const CORPUS: Readonly<Record<string, JsonObject>> = {
  'a secrets section': { secrets: { k8s: { anything: SECRET } } },
  'a password': { db: { password: SECRET } },
  'a key in camel case': { dbPassword: SECRET, apiKey: SECRET, clientSecret: SECRET },
  'a key with signs': { 'x-api-key': SECRET, access_token: SECRET },
  'an authorization header': { headers: { Authorization: `Bearer ${SECRET}` } },
  'a header in a list': { headers: [`Authorization: Bearer ${SECRET}`] },
  'a list under a secret key': { tokens: { token: [SECRET] } },
  'a variable': { env: [{ name: 'DB_PASSWORD', value: SECRET }] },
  'a variable by key': { env: [{ key: 'API_TOKEN', value: SECRET }] },
  'an argument in a list': { arguments: ['--rate', '5', '--api-key', SECRET] },
  'an argument in a text': { arguments: `--rate 5 --password ${SECRET}` },
  'a URL': { url: `postgresql+asyncpg://app:${SECRET}@db/chaos` },
  'a URL without a user': { url: `redis://:${SECRET}@cache:6379/0` },
  'a URL with a query': { url: `postgresql:///chaos?host=/var/run&password=${SECRET}` },
  'a percent-encoded URL': { url: `postgres://app:%40${SECRET}%2F@db/chaos` },
  'a DSN': { dsn: `host=db user=app password=${SECRET} dbname=chaos` },
  'a DSN under another key': { connection: `host=db user=app password='${SECRET}' dbname=chaos` },
  'an ADO connection string': { connection: `Server=db;User Id=app;Pwd=${SECRET};` },
  'JSON in a text': { stdout: JSON.stringify({ user: 'app', password: SECRET }) },
  'a place': { url: `https://host/\${${SECRET}}` },
};

/** Only the structure of these tells that there is a secret: in a text of any form it cannot be known. */
const STRUCTURAL = new Set([
  'a secrets section',
  'a list under a secret key',
  'a variable',
  'a variable by key',
  'an argument in a list',
  'a place',
]);

describe('Secrets in documents', () => {
  describe('Given a document with a secret', () => {
    for (const [place, document] of Object.entries(CORPUS)) {
      it(`When it is in ${place}, Then it is masked`, () => {
        const masked = JSON.stringify(maskDocument(document));
        expect(JSON.stringify(document)).to.include(SECRET);
        expect(masked).to.not.include(SECRET);
        expect(masked).to.include('***');
      });
    }

    it('When the rest is harmless, Then it is as it was, and the document given is not changed', () => {
      const document = {
        name: 'db',
        value: 'open',
        tokens_used: 5,
        password: null,
        secure: true,
        secret: false,
      };
      expect(maskDocument(document)).to.deep.equal(document);
    });
  });

  describe('Given an import of such a document', () => {
    for (const [place, document] of Object.entries(CORPUS)) {
      it(`When the secret is in ${place}, Then nothing that is stored or reported holds it`, async () => {
        const leaking = probe('p', {
          provider: { type: 'python', module: 'm', func: 'f', arguments: document },
        });
        const exception = STRUCTURAL.has(place) ? [] : [`failed with ${JSON.stringify(document)}`];
        const all = await imported(
          journal({
            experiment: experiment({ configuration: document, ...document }),
            ...states(
              state(false, ran(leaking, 0, 1, { status: 'failed', exception, output: document })),
              null,
            ),
            run: [
              ran(
                {
                  type: 'action',
                  name: 'a',
                  provider: {
                    type: 'python',
                    module: 'chaosk8s.pod.actions',
                    func: 'terminate_pods',
                    arguments: document,
                  },
                },
                1,
                2,
              ),
            ],
          }),
        );
        expect(all.entry.outcome).to.equal('recorded');
        expect(JSON.stringify(all)).to.not.include(place === 'a place' ? `{${SECRET}}` : SECRET);
      });
    }

    it('When it is in a JUnit property, a message or a name, Then it is masked there too', async () => {
      const url = `postgres://app:${SECRET}@db/chaos`;
      const all = await imported(
        `<testsuite name="s"><properties><property name="db.password" value="${SECRET}"/></properties>` +
          `<testcase name="connects[${url}]"><failure message="cannot reach ${url}">${url}</failure></testcase></testsuite>`,
      );
      expect(JSON.stringify(all)).to.not.include(SECRET);
      expect(all.results[0]!.name).to.equal('connects[postgres://***@db/chaos]');
    });
  });
});
