'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { firstValueFrom } = require('rxjs');
const { freePort } = require('./freePort');

/**
 * What can be switched on in either process: `metrics` (the endpoint listens, everything is counted), `logs`
 * (pino, level debug, to nowhere), `traces` (an OpenTelemetry tracer whose spans are thrown away), `outbox`,
 * `dedup` (in memory), `dedup-disk`.
 */
async function prepare(on) {
  const folder = on.some((name) => name === 'outbox' || name === 'dedup-disk')
    ? fs.mkdtempSync(path.join(os.tmpdir(), 'rxcomet-bench-'))
    : undefined;
  if (on.includes('traces')) traceToNowhere();
  return {
    folder,
    settings: on.includes('metrics') ? { Metrics: { IP: '127.0.0.1', Port: await freePort() } } : {},
    options: on.includes('logs') ? { logger: pinoToNowhere() } : {},
    clean: () => folder !== undefined && fs.rmSync(folder, { recursive: true, force: true }),
  };
}

function pinoToNowhere() {
  const { pino } = require('pino');
  return pino({ level: 'debug' }, { write: () => undefined });
}

function traceToNowhere() {
  const { context, propagation, trace } = require('@opentelemetry/api');
  const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
  const { W3CTraceContextPropagator } = require('@opentelemetry/core');
  const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
  const nowhere = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => undefined };
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(nowhere)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

/** `send`: through the Observable; `circuitBreaker` and `retrySend`: with those operators behind it. */
function askBy(peer, on, { circuitBreaker, retrySend }) {
  const operators = [];
  if (on.includes('circuitBreaker')) operators.push(circuitBreaker({}));
  if (on.includes('retrySend')) operators.push(retrySend({}));
  if (operators.length === 0 && !on.includes('send')) return (action, value) => peer.ask(action, value);
  return (action, value) => firstValueFrom(peer.send(action, value).pipe(...operators));
}

/**
 * A build of rxcomet as a peer: through its public door, default options but for limits that a scenario would
 * otherwise hit.
 */
function rxcometPeer(name, title, root) {
  async function startServer({ asks, tells }, { limits = {}, on = [] }) {
    const { createApp, parseConfig } = require(root);
    const { folder, settings, options, clean } = await prepare(on);
    const dedup = on.includes('dedup-disk') ? { Path: folder } : on.includes('dedup') ? {} : undefined;
    const config = parseConfig({
      Socket_connection: {
        ...settings,
        Host: {
          IP: '127.0.0.1',
          Port: 0,
          Limits: { Max_content_bytes: 64 * 1024 * 1024, ...limits },
          ...(dedup && { Dedup: dedup }),
        },
      },
    });
    const app = createApp(config, options);
    for (const [action, handler] of [...tells, ...asks]) app.handle(action, handler);
    await app.start();
    const close = async () => {
      await app.stop({ graceMs: 100 });
      clean();
    };
    return { port: app.address.port, close };
  }

  async function openClient({ port, connections, oneShot = false, queue = {}, on = [] }) {
    const { createApp, parseConfig, ...operators } = require(root);
    const { folder, settings, options, clean } = await prepare(on);
    const names = Array.from({ length: connections }, (_, i) => `Peer${i}`);
    const client = {
      IP: '127.0.0.1',
      Port: port,
      Ack_timeout_ms: 60_000,
      Dialect: oneShot ? 'comet' : 'native',
      Queue: { Capacity: 20_000, ...queue },
    };
    const own = (each) => (on.includes('outbox') ? { Outbox: { Path: path.join(folder, each) } } : {});
    const config = parseConfig({
      Socket_connection: {
        ...settings,
        Client: Object.fromEntries(names.map((each) => [each, { ...client, ...own(each) }])),
      },
    });
    const app = createApp(config, options);
    await app.start();
    const sessions = names.map((each) => {
      const peer = app.peer(each);
      return {
        ask: askBy(peer, on, operators),
        tell: (action, value) => peer.tell(action, value, { confirm: false }),
        keep: (action, value) => peer.tell(action, value),
        drained: () => peer.drained(),
      };
    });
    const close = async () => {
      await app.stop({ graceMs: 100 });
      clean();
    };
    return { sessions, close };
  }

  const version = () => JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version;
  return { name, title, version, startServer, openClient };
}

module.exports = { rxcometPeer };
