import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

/** OpenTelemetry as an application sets it up, with its spans kept in memory. */
export interface TestTelemetry {
  /** Spans that have ended, in the order they ended. */
  readonly spans: readonly ReadableSpan[];
  /** The only span of that name that has ended. */
  span(name: string): ReadableSpan;
}

/** Sets OpenTelemetry up for this process; `takeTelemetryDown` undoes it. */
export function setUpTelemetry(): TestTelemetry {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    get spans() {
      return exporter.getFinishedSpans();
    },
    span(name) {
      const found = exporter.getFinishedSpans().filter((span) => span.name === name);
      expect(found.map((span) => span.name)).toEqual([name]);
      return found[0] as ReadableSpan;
    },
  };
}

export function takeTelemetryDown(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}

/** What belongs where: the ids that tie spans together. */
export function placeOf(span: ReadableSpan): { traceId: string; spanId: string; parent: string | undefined } {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId, parent: span.parentSpanContext?.spanId };
}
