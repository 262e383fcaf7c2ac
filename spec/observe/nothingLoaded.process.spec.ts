import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');

/**
 * The packages of OpenTelemetry that a process of its own has loaded after an app has sent and answered a
 * message.
 */
function loadedBy(before: string): readonly string[] {
  const program = `
    ${before}
    const { createApp } = require('./src/app/createApp');
    const { parseConfig } = require('./src/config/parseConfig');
    const { createMemoryTransport } = require('./src/streams/transport/memory/createMemoryTransport');
    const address = { IP: '127.0.0.1', Port: 1 };
    const config = { Socket_connection: { Host: address, Client: { Me: address } } };
    const app = createApp(parseConfig(config), { transport: createMemoryTransport() });
    app.handle('Status', () => 'fine');
    app.start().then(() => app.peer('Me').ask('Status')).then(() => app.stop()).then(() => {
      const packages = Object.keys(require.cache).map((file) => /node_modules.(@opentelemetry.[^/\\\\]+)/.exec(file)?.[1]);
      console.log(JSON.stringify([...new Set(packages)].filter(Boolean)));
    });`;
  const hook = path.join(root, 'scripts', 'typescript.js');
  const text = execFileSync(process.execPath, ['-r', hook, '-e', program], { cwd: root, encoding: 'utf8' });
  return JSON.parse(text) as readonly string[];
}

it('loads nothing of OpenTelemetry while the application has not set it up', () => {
  expect(loadedBy('')).toEqual([]);
});

it('loads the API, and the API only, once a tracer provider is registered', () => {
  const registered = `
    globalThis[Symbol.for('opentelemetry.js.api.1')] = {
      version: JSON.parse(require('fs').readFileSync('node_modules/@opentelemetry/api/package.json', 'utf8')).version,
      trace: { getTracer: () => ({ startSpan: () => ({ spanContext: () => ({}), setStatus() {}, end() {} }) }) },
    };`;
  expect(loadedBy(registered)).toEqual(['@opentelemetry/api']);
});
