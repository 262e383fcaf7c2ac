import type * as OpenTelemetry from '@opentelemetry/api';
import type { ClientConfig } from '../config/types/ClientConfig';
import { cutName } from '../runtime/names';
import { loadOptional } from '../runtime/loadOptional';
import type { Logger } from '../runtime/Logger';
import type { Message } from '../streams/messages/Message';
import type { SentMessage, TrafficObserver } from '../streams/messages/TrafficObserver';

const PACKAGE = '@opentelemetry/api';
/** Where every copy of version 1 of the API finds what the application has registered. */
const registry = Symbol.for('opentelemetry.js.api.1');
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * A span, and the context of the code that belongs to it: of a message what its handlers do, of a send where
 * it was sent.
 */
interface Traced {
  readonly span: OpenTelemetry.Span;
  readonly context: OpenTelemetry.Context;
}

/**
 * Spans of OpenTelemetry for messages and sends, named and described as the semantic conventions for
 * messaging have it (1.45):
 *
 * - `process ACTION`, kind CONSUMER, from the acceptance of a message until its handlers have settled; child
 *   of the span whose traceparent came with it. Handlers run in its context.
 * - `send ACTION`, kind CLIENT where somebody waits for the answer and PRODUCER for a detached one, from the
 *   call to the outcome; child of the span that is active, or of the `trace` it was given. Its traceparent
 *   goes with the message to a native peer.
 *
 * An outcome that is an error sets the status ERROR and `error.type` to its code.
 */
export class Tracing implements TrafficObserver {
  readonly traces = true;
  readonly #api: typeof OpenTelemetry;
  readonly #tracer: OpenTelemetry.Tracer;
  readonly #addresses: ReadonlyMap<string, OpenTelemetry.Attributes>;

  private constructor(api: typeof OpenTelemetry, clients: readonly ClientConfig[]) {
    this.#api = api;
    this.#tracer = api.trace.getTracer('rxcomet');
    this.#addresses = new Map(
      clients.map(({ name, ip, port }) => [name, { 'server.address': ip, 'server.port': port }]),
    );
  }

  /**
   * undefined, and nothing loaded, while the application has registered no tracer provider; also, with a
   * warning, when the API that rxcomet finds cannot use the application's.
   */
  static find(clients: readonly ClientConfig[], logger: Logger): Tracing | undefined {
    const provider = registeredProvider();
    if (provider === undefined) return undefined;
    let api: typeof OpenTelemetry;
    try {
      api = loadOptional(PACKAGE, 'tracing') as typeof OpenTelemetry;
    } catch (err) {
      logger.warn(
        { err },
        `no traces, although OpenTelemetry is set up: ${PACKAGE} cannot be loaded from here`,
      );
      return undefined;
    }
    // A copy newer than the application's sees nothing of what is registered, and would make spans that go
    // nowhere.
    if (api.trace.getTracerProvider() !== provider) {
      logger.warn({}, `no traces: there is a second, newer ${PACKAGE}; npm ls ${PACKAGE} shows where`);
      return undefined;
    }
    return new Tracing(api, clients);
  }

  messageBegan({ action, key, host, peer, trace }: Message): Traced {
    const { ROOT_CONTEXT, SpanKind } = this.#api;
    // Not the active context: that is the one of whoever opened the host.
    const parent = this.#withRemote(ROOT_CONTEXT, trace);
    const attributes = {
      ...describe('process', action, key),
      ...endpoint('server', host),
      ...endpoint('network.peer', peer),
    };
    return this.#start(`process ${cutName(action)}`, SpanKind.CONSUMER, attributes, parent);
  }

  within<T>(token: unknown, call: () => T): T {
    return this.#api.context.with((token as Traced).context, call);
  }

  messageEnded(_message: Message, token: unknown, outcome: string): void {
    this.#end(token as Traced, outcome);
  }

  sendBegan({ client, action, kind, key, trace }: SentMessage): Traced {
    const { context, SpanKind } = this.#api;
    const active = context.active();
    const spanKind = kind === 'ask' ? SpanKind.CLIENT : SpanKind.PRODUCER;
    const attributes = { ...describe('send', action, key), ...this.#addresses.get(client) };
    const parent = this.#withRemote(active, trace);
    const { span } = this.#start(`send ${cutName(action)}`, spanKind, attributes, parent);
    return { span, context: active };
  }

  traceparent(token: unknown): string | undefined {
    return this.#format((token as Traced).span.spanContext());
  }

  activeTrace(): string | undefined {
    return this.#format(this.#api.trace.getActiveSpan()?.spanContext());
  }

  sendEnded(_sent: SentMessage, token: unknown, outcome: string): void {
    this.#end(token as Traced, outcome);
  }

  sentUnconfirmed(): void {
    // Traced messages never go the short way.
  }

  #start(
    name: string,
    kind: OpenTelemetry.SpanKind,
    attributes: OpenTelemetry.Attributes,
    parent: OpenTelemetry.Context,
  ): Traced {
    const { INVALID_SPAN_CONTEXT, trace } = this.#api;
    try {
      const span = this.#tracer.startSpan(name, { kind, attributes }, parent);
      return { span, context: trace.setSpan(parent, span) };
    } catch {
      // A sampler or a processor of the application has failed: this one goes without a span.
      return { span: trace.wrapSpanContext(INVALID_SPAN_CONTEXT), context: parent };
    }
  }

  #end({ span }: Traced, outcome: string): void {
    if (outcome === 'cancelled') span.setAttribute('rxcomet.outcome', outcome);
    else if (outcome !== 'ok') {
      span.setAttribute('error.type', outcome);
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    }
    try {
      span.end();
    } catch {
      // As above; the message is over all the same.
    }
  }

  /** The context with the span of a traceparent as the active one. */
  #withRemote(context: OpenTelemetry.Context, traceparent: string | undefined): OpenTelemetry.Context {
    const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
    const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
    const { isSpanContextValid, setSpanContext } = this.#api.trace;
    return isSpanContextValid(remote) ? setSpanContext(context, remote) : context;
  }

  #format(context: OpenTelemetry.SpanContext | undefined): string | undefined {
    if (context === undefined || !this.#api.trace.isSpanContextValid(context)) return undefined;
    const { traceId, spanId, traceFlags } = context;
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }
}

function registeredProvider(): unknown {
  return (globalThis as { readonly [registry]?: { readonly trace?: unknown } })[registry]?.trace;
}

function describe(
  operation: 'process' | 'send',
  action: string,
  key: string | undefined,
): OpenTelemetry.Attributes {
  return {
    'messaging.system.name': 'rxcomet',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': cutName(action),
    ...(key === undefined ? {} : { 'messaging.message.id': key }),
  };
}

/** ip:port or [ip]:port as two attributes. */
function endpoint(prefix: 'network.peer' | 'server', text: string): OpenTelemetry.Attributes {
  const colon = text.lastIndexOf(':');
  const ip = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { [`${prefix}.address`]: ip, [`${prefix}.port`]: Number(text.slice(colon + 1)) };
}
