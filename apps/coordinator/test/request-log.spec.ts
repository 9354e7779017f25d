import { AdapterFactory, createLogger } from '@test-coordinator/coordinator';
import { expect } from 'chai';

import { ApiClient } from './api-client.js';
import { event, result, run, scenario } from './records.js';
import { TerminalDouble } from './terminal-double.js';

type Line = Readonly<Record<string, unknown>>;

describe('Log of requests', () => {
  let api: ApiClient;
  let stream: TerminalDouble;
  let runId: string;
  beforeEach(async () => {
    stream = new TerminalDouble();
    const logger = await createLogger(stream, { level: 'DEBUG', serviceName: 'test', isPretty: false });
    const authentication = {
      authenticate: () => Promise.resolve({ actor: 'key:ci', scope: 'admin' as const }),
    };
    const factory = AdapterFactory.useStub({}, { logger });
    api = await ApiClient.start({ factory, logger, authentication });
    await call('POST', 'scenarios', scenario());
    runId = (JSON.parse(await call('POST', 'runs', run(), 'r-run')) as { runId: string }).runId;
  });
  afterEach(() => api[Symbol.asyncDispose]());

  async function call(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    requestId = 'r-1',
  ): Promise<string> {
    const headers = { authorization: 'Bearer of-the-caller', 'x-request-id': requestId };
    return (await api.call(method, `/api/v1/${path}`, { body, headers })).text;
  }

  const lines = (requestId: string): readonly Line[] =>
    stream.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line['requestId'] === requestId);

  it('Given requests about a run, When they are answered, Then each line tells request, run, correlation and who asked, wherever the request told them', async () => {
    await call('POST', 'events', event(runId), 'r-event');
    await call('POST', 'results', result(runId, { correlationId: 'order-7' }), 'r-result');
    await call('GET', `results?runId=${runId}&correlationId=order-7`, undefined, 'r-list');
    await call('POST', `runs/${runId}/start`, undefined, 'r-start');
    for (const [requestId, correlationId] of [
      ['r-run', undefined],
      ['r-event', undefined],
      ['r-result', 'order-7'],
      ['r-list', 'order-7'],
      ['r-start', undefined],
    ] as const) {
      const [answered] = lines(requestId).filter(({ status }) => status !== undefined);
      expect(answered, requestId).to.include({ requestId, runId, actor: 'key:ci', level: 'debug' });
      expect(answered!['correlationId'], requestId).to.equal(correlationId);
      // The line of the port's call too.
      const called = lines(requestId).filter(({ operation }) => operation !== undefined);
      expect(called.map(({ actor }) => actor)).to.include('key:ci');
    }
    expect(stream.text).to.not.include('of-the-caller');
  });

  it('Given a call that fails here, When it is logged, Then the line tells the same', async () => {
    api.factory.getTestResultsRepository().create = () => Promise.reject(new Error('broken'));
    await call('POST', 'results', result(runId, { correlationId: 'order-7' }), 'r-fail');
    const failures = lines('r-fail').filter(({ level }) => level === 'error');
    expect(failures).to.have.length(1);
    expect(failures[0]).to.include({ runId, correlationId: 'order-7', actor: 'key:ci', code: 'INTERNAL' });
  });

  it('Given ids that are no ids, When a request tells them, Then they are not in the log', async () => {
    await call('POST', 'results', result('a\nb hunter2', { correlationId: { a: 'hunter2' } }), 'r-odd');
    await call('POST', 'results/bulk', { results: [] }, 'r-bulk');
    await call('GET', 'results?runId=a&runId=hunter2', undefined, 'r-twice');
    for (const requestId of ['r-odd', 'r-bulk', 'r-twice']) {
      const [answered] = lines(requestId).filter(({ status }) => status !== undefined);
      expect(answered).to.include({ status: 400 }).and.not.have.any.keys('runId', 'correlationId');
    }
    expect(stream.text).to.not.include('hunter2');
  });
});
