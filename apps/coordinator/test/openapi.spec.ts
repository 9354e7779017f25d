import { expect } from 'chai';

import { ApiClient } from './api-client.js';

/** What happens is all in the address. */
const WITHOUT_BODY = ['startRun', 'sendHeartbeat', 'renewLease'];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A path with something in the place of every parameter. */
const filled = (template: string) => template.replaceAll(/\{[^}]+\}/g, 'x');

/** The addresses of Fastify's tree: each line stands under its parent by four columns. */
function routesOf(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', segment = '', methods] = /^(.*── )([^\s(]+)( \()?/.exec(line) ?? [];
    if (segment === '') return [];
    const depth = indent.length / 4;
    parents[depth] = (depth > 1 ? parents[depth - 1]! : '') + segment;
    return methods === undefined ? [] : [parents[depth]];
  });
}

describe('OpenAPI document', () => {
  describe('Given the routes of the server', () => {
    it('When they are compared with the document, Then every address is in it', async () => {
      await using api = await ApiClient.start();
      const routed = routesOf(api.server.printRoutes({ commonPrefix: false }));
      const documented = new Set(
        Object.keys(api.document.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1')),
      );
      expect(routed).to.include.members([...documented]);
      expect(routed.filter((url) => !documented.has(url) && !url.startsWith('/docs'))).to.deep.equal([]);
    });

    it('When a documented address is called with any method, Then it takes exactly the documented ones', async () => {
      await using api = await ApiClient.start();
      for (const [template, operations] of Object.entries(api.document.paths)) {
        const documented = Object.keys(operations).map((method) => method.toUpperCase());
        for (const method of METHODS) {
          const { status, headers } = await api.call(method, filled(template));
          expect(status === 405, `${method} ${template}`).to.equal(!documented.includes(method));
          if (status === 405) expect(String(headers['allow']).split(', ')).to.have.members(documented);
        }
      }
    });
  });

  describe('Given every operation', () => {
    it('When it is read, Then it has an id of its own, a summary, a tag that is explained, and answers', async () => {
      await using api = await ApiClient.start();
      const document = await api.must<{ openapi: string; tags: { name: string }[] }>('GET', '/openapi.json');
      expect(document.openapi).to.equal('3.1.0');
      const tags = document.tags.map(({ name }) => name);
      const ids: unknown[] = [];
      for (const [path, operations] of Object.entries(api.document.paths)) {
        for (const [method, operation] of Object.entries(operations)) {
          const where = `${method} ${path}`;
          ids.push(operation.operationId);
          expect(operation.summary, where).to.be.a('string').and.not.equal('');
          expect(tags, where).to.include(operation.tags?.[0]);
          expect(Object.keys(operation.responses), where).to.include('default').and.have.length.above(1);
          expect(operation.responses['default']?.content, where).to.have.property('application/problem+json');
          for (const response of Object.values(operation.responses))
            expect(response.description, where).to.not.equal('');
        }
      }
      expect(new Set(ids).size).to.equal(ids.length);
      expect(ids).to.not.include(undefined);
    });

    it('When it has parameters in its path, Then each is declared, and one that changes something declares its body', async () => {
      await using api = await ApiClient.start();
      for (const [path, operations] of Object.entries(api.document.paths)) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        for (const [method, { operationId, parameters = [], requestBody }] of Object.entries(operations)) {
          const declared = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
          expect(declared, operationId!).to.deep.equal(inPath);
          const hasBody = ['post', 'patch', 'put'].includes(method) && !WITHOUT_BODY.includes(operationId!);
          expect(requestBody !== undefined, operationId!).to.equal(hasBody);
        }
      }
    });

    it('When its body is JSON, Then a field that is not declared is refused', async () => {
      await using api = await ApiClient.start();
      for (const [path, operations] of Object.entries(api.document.paths)) {
        for (const [method, { requestBody, operationId }] of Object.entries(operations)) {
          const schema = requestBody?.content['application/json']?.schema;
          if (schema === undefined) continue;
          expect(schema, operationId!).to.include({ additionalProperties: false });
          const upper = method.toUpperCase() as 'POST' | 'PATCH';
          const answer = await api.call(upper, filled(path), { body: { undeclared: 1 } });
          expect(answer.status, operationId!).to.equal(400);
          expect(answer.text, operationId!).to.include('undeclared is not a field that is known here');
        }
      }
    });

    it('When it takes a query, Then a parameter that is not declared is refused', async () => {
      await using api = await ApiClient.start();
      for (const [path, operations] of Object.entries(api.document.paths)) {
        for (const [method, { parameters = [], operationId }] of Object.entries(operations)) {
          if (!parameters.some((parameter) => parameter.in === 'query')) continue;
          const upper = method.toUpperCase() as 'GET' | 'POST';
          const answer = await api.call(upper, `${filled(path)}?undeclared=1`);
          expect(answer.status, operationId!).to.equal(400);
          expect(answer.text, operationId!).to.include('undeclared');
        }
      }
    });
  });

  describe('Given the page for people', () => {
    for (const url of ['/docs', '/docs/']) {
      it(`When ${url} is opened, Then all that it loads comes from this server`, async () => {
        await using api = await ApiClient.start();
        const page = await api.server.inject(url);
        expect(page.statusCode).to.equal(200);
        expect(page.headers['content-security-policy'])
          .to.match(/^default-src 'self'/)
          .and.not.include('http');
        const loaded = [...page.payload.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
        expect(loaded).to.have.length.above(3);
        for (const link of loaded) {
          const { pathname, host } = new URL(link, `http://here${url}`);
          expect(host).to.equal('here');
          expect((await api.server.inject(pathname)).statusCode, `${link} on ${url}`).to.equal(200);
        }
      });
    }

    it('When its script asks for the document, Then it is the one of this server', async () => {
      await using api = await ApiClient.start();
      const script = (await api.server.inject('/docs/static/swagger-initializer.js')).payload;
      expect(script).to.include('validatorUrl: null');
      const shown = (await api.server.inject('/docs/json')).json<{ paths: object }>();
      expect(Object.keys(shown.paths)).to.deep.equal(Object.keys(api.document.paths));
    });
  });
});
