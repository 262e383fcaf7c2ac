'use strict';

const { packageVersion } = require('./packageVersion');

/** NestJS microservice over its TCP transport, asks by `send`, detached messages by `emit`. */

/** A controller with a method for each action, decorated by hand since this is no TypeScript. */
function createController({ asks, tells }, { Controller }, { EventPattern, MessagePattern }) {
  class Actions {}
  const add = (decorator, action, handler) => {
    Actions.prototype[action] = handler;
    decorator(action)(Actions.prototype, action, Object.getOwnPropertyDescriptor(Actions.prototype, action));
  };
  for (const [action, handler] of tells) add(EventPattern, action, (value) => handler(value));
  for (const [action, handler] of asks) add(MessagePattern, action, (value) => handler(value));
  Controller()(Actions);
  return Actions;
}

async function startServer(handlers) {
  await import('reflect-metadata');
  const common = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const microservices = await import('@nestjs/microservices');
  class Main {}
  common.Module({ controllers: [createController(handlers, common, microservices)] })(Main);
  const app = await NestFactory.createMicroservice(Main, {
    transport: microservices.Transport.TCP,
    options: { host: '127.0.0.1', port: 0 },
    logger: false,
  });
  await app.listen();
  return { port: app.unwrap().address().port, close: () => app.close() };
}

async function openClient({ port, connections }) {
  await import('reflect-metadata');
  const { ClientProxyFactory, Transport } = await import('@nestjs/microservices');
  const { firstValueFrom } = await import('rxjs');
  const clients = [];
  for (let i = 0; i < connections; i++) {
    const client = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    });
    await client.connect();
    clients.push(client);
  }
  const sessions = clients.map((client) => ({
    ask: (action, value) => firstValueFrom(client.send(action, value)),
    tell(action, value) {
      // Hot: it is sent without a subscriber.
      client.emit(action, value);
      return true;
    },
    drained: () => Promise.resolve(),
  }));
  return { sessions, close: () => clients.forEach((client) => client.close()) };
}

module.exports = {
  name: 'nest',
  title: 'NestJS TCP',
  version: () => packageVersion('@nestjs/microservices'),
  startServer,
  openClient,
};
