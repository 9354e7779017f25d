import {
  context,
  propagation,
  SpanStatusCode,
  trace,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';

import type { Logger } from '@test-coordinator/ports';
import type { SecretText } from '@test-coordinator/settings';

import { outcomeOf, type TraceCall } from '../metrics/observed-port.js';

/** Spans that wait for the receiver at most; further ones are dropped. One takes about 2 KiB. */
const QUEUED_SPANS = 2_048;
const EXPORT_MS = 5_000;
/** How long the end of the process waits for spans that are not sent yet. */
const FLUSH_MS = 1_000;
/** As the spans name what made them. */
export const TRACER = 'test-coordinator';

export interface TracingOptions {
  /** Of the receiver, with its path: `http://collector:4318/v1/traces`. */
  readonly endpoint: SecretText;
  /** Of the traces that begin here, how many are sent; one that a caller began goes as the caller says. */
  readonly percent: number;
  readonly serviceName: string;
  readonly serviceVersion: string;
  readonly logger: Logger;
}

/**
 * Spans of this process, sent by OTLP over HTTP. It stands behind the standard API, so that what an embedding program
 * traces goes the same way. A span tells names, codes and times, and never what was asked or answered.
 */
export class Tracing implements AsyncDisposable {
  private constructor(
    private readonly provider: TracerProvider & { shutdown(): Promise<void> },
    private readonly logger: Logger,
  ) {}

  /** Loads the SDK, which nobody else pays for. Whether the receiver answers makes no difference. */
  static async start({ endpoint, percent, serviceName, serviceVersion, logger }: TracingOptions) {
    const [
      sdk,
      { OTLPTraceExporter },
      { AsyncLocalStorageContextManager },
      core,
      { resourceFromAttributes },
    ] = await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
      import('@opentelemetry/resources'),
    ]);
    const exporter = new OTLPTraceExporter({ url: endpoint.reveal(), timeoutMillis: EXPORT_MS });
    let isAway = false;
    const provider = new sdk.TracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion }),
      sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(percent / 100) }),
      spanProcessors: [
        new sdk.BatchSpanProcessor({
          exporter: {
            export: (spans, done) =>
              exporter.export(spans, (result) => {
                const isRefused = result.code !== core.ExportResultCode.SUCCESS;
                if (isRefused && !isAway)
                  logger.warn({}, 'the receiver of traces is away: spans are dropped');
                if (!isRefused && isAway) logger.info({}, 'the receiver of traces is back');
                isAway = isRefused;
                done(result);
              }),
            forceFlush: () => exporter.forceFlush(),
            shutdown: () => exporter.shutdown(),
          },
          maxQueueSize: QUEUED_SPANS,
          exportTimeoutMillis: EXPORT_MS,
        }),
      ],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(provider);
    return new Tracing(provider, logger);
  }

  /** A span for a call of a port that belongs to one: what the process does by itself is no trace. */
  readonly traceCall: TraceCall = (operation, call) => {
    if (trace.getActiveSpan() === undefined) return call();
    const span = this.provider.getTracer(TRACER).startSpan(operation);
    try {
      const answer = context.with(trace.setSpan(context.active(), span), call);
      if (!(answer instanceof Promise)) {
        span.end();
        return answer;
      }
      answer.then(
        () => span.end(),
        (error: unknown) => fail(span, error),
      );
      return answer;
    } catch (error) {
      fail(span, error);
      throw error;
    }
  };

  /** Sends what was not sent yet, as far as the receiver takes it within a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    trace.disable();
    propagation.disable();
    context.disable();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), FLUSH_MS);
    });
    const sent = this.provider.shutdown().then(
      () => true,
      () => false,
    );
    if (!(await Promise.race([sent, late]))) this.logger.warn({}, 'ended without sending all spans');
    clearTimeout(timer);
  }
}

/** The message of an error may tell ids: its code says enough. */
function fail(span: Span, error: unknown): void {
  span.setAttribute('error.type', outcomeOf(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** The ids under which lines of a log are found from a trace; none where there is no span. */
export function traceFields(): { readonly traceId?: string; readonly spanId?: string } {
  const span = trace.getSpanContext(context.active());
  return span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId };
}
