'use strict';

const { freePort } = require('./freePort');
const { packageVersion } = require('./packageVersion');

/**
 * rsocket-js 1.0 over TCP, the line its repository works on; the payload carries action and value as JSON,
 * since RSocket has no action.
 */

const encode = (content) => Buffer.from(JSON.stringify(content));
const decode = (data) => JSON.parse(data.toString());

async function startServer({ asks, tells }) {
  const { RSocketServer } = require('rsocket-core');
  const { TcpServerTransport } = require('rsocket-tcp-server');
  const responder = {
    requestResponse({ data }, reply) {
      const { action, value } = decode(data);
      reply.onNext({ data: encode(asks.get(action)(value)) }, true);
      return { cancel() {}, onExtension() {} };
    },
    fireAndForget({ data }, reply) {
      const { action, value } = decode(data);
      tells.get(action)(value);
      reply.onComplete();
      return { cancel() {} };
    },
  };
  const port = await freePort();
  const server = new RSocketServer({
    transport: new TcpServerTransport({ listenOptions: { host: '127.0.0.1', port } }),
    acceptor: { accept: () => Promise.resolve(responder) },
  });
  const listening = await server.bind();
  return { port, close: () => listening.close() };
}

async function openClient({ port, connections }) {
  const { RSocketConnector } = require('rsocket-core');
  const { TcpClientTransport } = require('rsocket-tcp-client');
  const opened = [];
  for (let i = 0; i < connections; i++) {
    const connector = new RSocketConnector({
      setup: { keepAlive: 60_000, lifetime: 180_000 },
      transport: new TcpClientTransport({ connectionOptions: { host: '127.0.0.1', port } }),
    });
    opened.push(await connector.connect());
  }
  const unheard = { onError() {}, onComplete() {} };
  const sessions = opened.map((rsocket) => ({
    ask: (action, value) =>
      new Promise((resolve, reject) =>
        rsocket.requestResponse(
          { data: encode({ action, value }) },
          {
            onNext: ({ data }) => resolve(decode(data)),
            onError: reject,
            onComplete() {},
            onExtension() {},
          },
        ),
      ),
    tell(action, value) {
      rsocket.fireAndForget({ data: encode({ action, value }) }, unheard);
      return true;
    },
    drained: () => Promise.resolve(),
  }));
  return { sessions, close: () => opened.forEach((rsocket) => rsocket.close()) };
}

module.exports = {
  name: 'rsocket',
  title: 'rsocket-js 1.0 (TCP)',
  version: () => packageVersion('rsocket-core'),
  startServer,
  openClient,
};
