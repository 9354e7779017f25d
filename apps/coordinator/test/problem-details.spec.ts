import { AdapterFactory, HttpError, STATUS_OF_CODE, problemOf } from '@test-coordinator/coordinator';
import { DataAdapterError, ERROR_CODES, type ErrorCode } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';

/** A factory whose runs fail in the way that a test wants. */
function failingWith(error: unknown): AdapterFactory {
  const factory = AdapterFactory.useStub();
  const runs = factory.getTestRunsRepository();
  runs.find = () => Promise.reject(error);
  return factory;
}

describe('Problem details', () => {
  describe('Given an error of a port', () => {
    const statuses: Readonly<Record<ErrorCode, number>> = {
      INVALID_ARGUMENT: 400,
      NOT_FOUND: 404,
      ALREADY_EXISTS: 409,
      VERSION_CONFLICT: 409,
      ILLEGAL_TRANSITION: 409,
      REFERENCE_VIOLATION: 422,
      IN_USE: 409,
      STALE_FENCE: 409,
      LOCK_HELD: 423,
      UNSUPPORTED: 501,
      UNAVAILABLE: 503,
      TIMEOUT: 504,
      UNKNOWN_OUTCOME: 503,
      CAPACITY: 503,
      CLOSED: 503,
      INTERNAL: 500,
    };
    for (const [code, status] of Object.entries(statuses) as [ErrorCode, number][]) {
      it(`When its code is ${code}, Then the route answers ${status} with that code and its message`, async () => {
        const error = new DataAdapterError(code, `run x: ${code} happened`, {
          problems: [{ path: 'a', problem: 'b' }],
        });
        await using api = await ApiClient.start({ factory: failingWith(error) });
        const answer = await api.call('GET', '/api/v1/runs', { headers: { 'x-request-id': 'r-1' } });
        expect(answer.status).to.equal(status);
        expect(answer.headers['content-type']).to.equal('application/problem+json; charset=utf-8');
        expect(json(answer)).to.deep.include({
          status,
          code,
          detail: `run x: ${code} happened`,
          problems: [{ path: 'a', problem: 'b' }],
          requestId: 'r-1',
        });
      });
    }

    it('When it is about a record, Then the kind and the id are told apart from the sentence', () => {
      const about = { entity: 'run', id: 'r-7' };
      expect(problemOf(new DataAdapterError('NOT_FOUND', 'gone', about), { requestId: 'r' })).to.include(
        about,
      );
      const problem = problemOf(new DataAdapterError('UNAVAILABLE', 'away'), { requestId: 'r' });
      expect(problem).to.not.have.any.keys('entity', 'id');
    });

    it('When the codes of the ports change, Then so must the map', () => {
      expect(Object.keys(STATUS_OF_CODE)).to.have.members(Object.keys(ERROR_CODES));
      expect(STATUS_OF_CODE).to.deep.equal(statuses);
    });

    it('When a version conflicts on a conditional change, Then it is 412', () => {
      const error = new DataAdapterError('VERSION_CONFLICT', 'moved on');
      expect(problemOf(error, { requestId: 'r', isConditional: true }).status).to.equal(412);
      expect(problemOf(error, { requestId: 'r' }).status).to.equal(409);
    });
  });

  describe('Given an error that nobody expected', () => {
    it('When a route fails with it, Then the client is told nothing of it, and the log with its request id is', async () => {
      const lines: { fields: Record<string, unknown>; message: string }[] = [];
      const collect = (fields: object, message: string) => lines.push({ fields: { ...fields }, message });
      await using api = await ApiClient.start({
        factory: failingWith(new Error('password=hunter2 at /srv/app/secret-file.js')),
        logger: { debug: collect, info: collect, warn: collect, error: collect, isDebugEnabled: () => false },
      });
      const answer = await api.call('GET', '/api/v1/runs', { headers: { 'x-request-id': 'r-2' } });
      expect(answer.status).to.equal(500);
      expect(json(answer)).to.include({ code: 'INTERNAL', requestId: 'r-2', title: 'Internal Server Error' });
      expect(answer.text).to.not.match(/hunter2|secret-file|\.js|Error: /);
      expect(lines).to.have.length(1);
      expect(lines[0]?.fields).to.include({
        requestId: 'r-2',
        method: 'GET',
        route: '/api/v1/runs',
        code: 'INTERNAL',
      });
    });

    for (const thrown of [undefined, null, 'text', 42, Object.create(null), { statusCode: 200 }]) {
      it(`When what is thrown is ${typeof thrown} (${String(JSON.stringify(thrown))}), Then it is 500`, () => {
        expect(problemOf(thrown, { requestId: 'r' })).to.include({ status: 500, code: 'INTERNAL' });
      });
    }
  });

  it('Given a message with a secret, When it is told, Then the secret is masked', () => {
    const error = new HttpError(503, 'UNAVAILABLE', 'cannot reach postgres://app:hunter2@db/chaos');
    expect(problemOf(error, { requestId: 'r' }).detail).to.equal('cannot reach postgres://***@db/chaos');
  });
});
