import { context, propagation, trace } from '@opentelemetry/api';
import { AdapterFactory, createLogger, Tracing, type TracingOptions } from '@test-coordinator/coordinator';
import { silentLogger } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient } from './api-client.js';
import { CoordinatorProcess, SERVING } from './coordinator-process.js';
import { example, JUNIT } from './examples.js';
import { result, run, scenario, UNKNOWN_ID } from './records.js';
import { attributesOf, SpanReceiver } from './span-receiver.js';
import { TerminalDouble } from './terminal-double.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SERVER = 2;
const ERROR = 2;

describe('Traces', () => {
  let receiver: SpanReceiver;
  beforeEach(async () => {
    receiver = await SpanReceiver.start();
  });
  afterEach(() => receiver[Symbol.asyncDispose]());

  const traced = (changes: Partial<TracingOptions> = {}) =>
    Tracing.start({
      endpoint: receiver.endpoint,
      percent: 100,
      serviceName: 'test-coordinator',
      serviceVersion: '1.2.3',
      logger: silentLogger,
      ...changes,
    });

  const apiOver = ({ traceCall }: Tracing, logger = silentLogger) =>
    ApiClient.start({
      factory: AdapterFactory.useStub({}, { traceCall, logger }),
      logger,
      isTraced: true,
    });

  it('Given a caller in a trace, When its requests succeed and fail, Then each is a span of that trace with its port calls below it, lines of the log name it, and nothing tells what was asked', async () => {
    const log = new TerminalDouble();
    const logger = await createLogger(log, { level: 'DEBUG', serviceName: 'test', isPretty: false });
    const tracing = await traced();
    await using api = await apiOver(tracing, logger);
    const headers = {
      traceparent: `00-${TRACE_ID}-${CALLER}-01`,
      tracestate: 'vendor=1',
      'x-request-id': 'r-1',
      authorization: 'Bearer hunter2hunter2',
    };
    await api.must('POST', '/api/v1/scenarios', { body: scenario(), headers });
    const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run(), headers });
    await api.must('POST', '/api/v1/results', { body: result(runId, { actualValue: 'hunter2' }), headers });
    await api.call('GET', `/api/v1/runs/${UNKNOWN_ID}?token=hunter2`, { headers });
    await api.call('POST', `/api/v1/runs/${runId}/complete`, { body: { status: 'hunter2' }, headers });
    api.factory.getScenariosRepository().getById = () => Promise.reject(new Error('hunter2'));
    await api.call('GET', '/api/v1/scenarios/hunter2', { headers });
    await api.call('GET', '/hunter2', { headers });
    await tracing[Symbol.asyncDispose]();

    const { spans } = receiver;
    // The client reads the document once in a process.
    const requests = spans.filter(({ kind, name }) => kind === SERVER && !name.endsWith('/openapi.json'));
    const told = requests.map((request) => {
      expect(request).to.include({ traceId: TRACE_ID, parentSpanId: CALLER, traceState: 'vendor=1' });
      const { 'http.response.status_code': status, ...attributes } = attributesOf(request);
      expect(attributes['test_coordinator.request_id']).to.equal('r-1');
      expect(request.name.split(' ')).to.deep.equal(
        [attributes['http.request.method'], attributes['http.route']].filter((each) => each !== undefined),
      );
      const children = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
      const calls = children.map(({ name, status: { code }, ...child }) =>
        code === ERROR ? `${name} ${String(attributesOf(child)['error.type'])}` : name,
      );
      return [request.name, Number(status), ...calls];
    });
    expect(told).to.deep.equal([
      ['POST /api/v1/scenarios', 201, 'scenarios.create'],
      ['POST /api/v1/runs', 201, 'testRuns.create'],
      ['POST /api/v1/results', 201, 'testResults.create'],
      ['GET /api/v1/runs/:runId', 404, 'testRuns.getById'],
      ['POST /api/v1/runs/:runId/complete', 400, 'testRuns.completeRun INVALID_ARGUMENT'],
      ['GET /api/v1/scenarios/:scenarioId', 500, 'scenarios.getById unexpected'],
      ['GET', 404],
    ]);
    expect(requests.map(({ status }) => status.code === ERROR)).to.deep.equal([
      ...Array<boolean>(5).fill(false),
      true,
      false,
    ]);
    expect(receiver.resource).to.include({
      'service.name': 'test-coordinator',
      'service.version': '1.2.3',
    });
    expect(receiver.bodies.join('')).to.not.match(/hunter2|matching-engine|2026-01-31/);
    expect(receiver.bodies.join('')).to.not.include(runId);

    const lines = log.text.trim().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const ofRequests = parsed.filter(({ requestId }) => requestId === 'r-1');
    expect(ofRequests.length).to.be.at.least(12);
    for (const line of ofRequests) expect(line['traceId'], JSON.stringify(line)).to.equal(TRACE_ID);
    const known = spans.map(({ spanId }) => spanId);
    for (const { spanId } of ofRequests) expect(known).to.include(spanId);
  });

  it('Given a request, When its port calls another service, Then the trace is passed on from the span of the port', async () => {
    const tracing = await traced();
    await using api = await apiOver(tracing);
    const carried: Record<string, string> = {};
    const runs = api.factory.getTestRunsRepository();
    runs.find = () => {
      propagation.inject(context.active(), carried);
      return Promise.resolve({ items: [], nextCursor: null });
    };
    await api.must('GET', '/api/v1/runs', { headers: { traceparent: `00-${TRACE_ID}-${CALLER}-01` } });
    await tracing[Symbol.asyncDispose]();
    const span = receiver.spans.find(({ name }) => name === 'testRuns.find');
    expect(carried['traceparent']).to.equal(`00-${TRACE_ID}-${span!.spanId}-01`);
  });

  it('Given no trace of the caller, a broken one, or one that is not sampled, When it asks, Then the span begins a trace, or none is sent', async () => {
    const tracing = await traced();
    await using api = await apiOver(tracing);
    await api.must('GET', '/api/v1/runs');
    await api.must('GET', '/api/v1/runs', { headers: { traceparent: `00-${'0'.repeat(32)}-${CALLER}-01` } });
    await api.must('GET', '/api/v1/runs', { headers: { traceparent: `00-${TRACE_ID}-${CALLER}-00` } });
    await tracing[Symbol.asyncDispose]();
    const requests = receiver.spans.filter(({ kind }) => kind === SERVER);
    expect(requests).to.have.length(2);
    for (const { parentSpanId, traceId } of requests) {
      expect(parentSpanId ?? '').to.equal('');
      expect(traceId).to.not.equal(TRACE_ID);
    }
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).to.equal(2);
  });

  it('Given a report, When it is imported, Then the calls of its unit of work are below that', async () => {
    const tracing = await traced();
    await using api = await apiOver(tracing);
    await api.must('POST', '/api/v1/imports', {
      body: example(JUNIT),
      headers: { 'content-type': 'text/xml' },
    });
    await tracing[Symbol.asyncDispose]();
    const unit = receiver.spans.find(({ name }) => name === 'unitOfWork.run');
    const calls = receiver.spans.filter(({ parentSpanId }) => parentSpanId === unit!.spanId);
    expect(calls.map(({ name }) => name)).to.include.members(['testRuns.create', 'testResults.importAll']);
    expect(receiver.spans.find(({ spanId }) => spanId === unit!.parentSpanId)!.kind).to.equal(SERVER);
  });

  it('Given a process that traces nothing of its own, When the settings say 0 percent, Then only what a caller samples is sent', async () => {
    const tracing = await traced({ percent: 0 });
    await using api = await apiOver(tracing);
    await api.must('GET', '/api/v1/runs');
    await api.must('GET', '/api/v1/runs', { headers: { traceparent: `00-${TRACE_ID}-${CALLER}-01` } });
    // What the process does by itself belongs to no request.
    await api.factory.getTestRunsRepository().find({});
    await tracing[Symbol.asyncDispose]();
    expect(receiver.spans.map(({ traceId }) => traceId)).to.deep.equal([TRACE_ID, TRACE_ID]);
  });

  for (const [which, calls] of [
    ['away', 1_100],
    ['hung', 5],
  ] as const) {
    it(`Given a receiver that is ${which}, When ${calls} requests are traced (the queue holds 1024 of them), Then every request is answered, the log says so once, and the end comes all the same`, async () => {
      const log = new TerminalDouble();
      const logger = await createLogger(log, { level: 'INFO', serviceName: 'test', isPretty: false });
      const tracing = await traced({ logger });
      if (which === 'away') await receiver[Symbol.asyncDispose]();
      else receiver.isHung = true;
      await using api = await apiOver(tracing);
      for (let call = 0; call < calls; call += 1) {
        const { statusCode } = await api.server.inject('/api/v1/runs');
        expect(statusCode).to.equal(200);
      }
      const begun = performance.now();
      await tracing[Symbol.asyncDispose]();
      expect(performance.now() - begun).to.be.below(10_000);
      expect(log.text).to.match(/receiver of traces is away|without sending all spans/);
      expect(log.text.split('\n').length).to.be.below(4);
      expect(trace.getActiveSpan()).to.equal(undefined);
    });
  }

  it('Given the setting, When a coordinator serves and stops, Then its spans are sent, and its secrets are not', async () => {
    const endpoint = receiver.endpoint.reveal().replace('//', '//collector:hunter2@');
    const serving = new CoordinatorProcess([], {
      TEST_COORDINATOR_HTTP_PORT: '0',
      TEST_COORDINATOR_TRACES_ENDPOINT: endpoint,
    });
    const [, url] = await serving.saying(SERVING);
    await (await fetch(`${url}/api/v1/runs`)).text();
    serving.kill('SIGTERM');
    const { code, stdout, stderr } = await serving.ended();
    expect(code).to.equal(0);
    const names = receiver.spans.map(({ name }) => name);
    expect(names).to.have.members(['GET /api/v1/runs', 'testRuns.find']);
    expect(stdout + stderr + receiver.bodies.join('')).to.not.include('hunter2');
  });
});
