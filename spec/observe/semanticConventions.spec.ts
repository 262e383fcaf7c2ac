import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openTestApp, stopNow, type TestApp } from '../support/openTestApp';
import { setUpTelemetry, takeTelemetryDown, type TestTelemetry } from './tracingSupport';

/** Attributes of the semantic conventions by name; true: deprecated. */
function readConventions(): ReadonlyMap<string, boolean> {
  const folder = dirname(require.resolve('@opentelemetry/semantic-conventions'));
  const declared = readdirSync(folder)
    .filter((file) => /^(?:stable|experimental)_attributes\.d\.cts$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const attributes = declared.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/)\s*declare const ATTR_\w+: "([^"]+)"/g);
  return new Map(
    [...attributes].map(([, comment = '', name = '']) => [name, comment.includes('@deprecated')]),
  );
}

let telemetry: TestTelemetry;
let test: TestApp;

beforeEach(async () => {
  telemetry = setUpTelemetry();
  test = await openTestApp();
});

afterEach(async () => {
  await stopNow(test);
  takeTelemetryDown();
});

it('every attribute of a span is one of the semantic conventions that is not deprecated, or has a name of ours', async () => {
  const conventions = readConventions();
  expect(conventions.get('messaging.system')).toBe(true);
  const { app } = test;
  app.handle('Status', () => 'fine');
  app.handle('Move', () => {
    throw new Error('the shutter is stuck');
  });
  const peer = app.peer('Peer');
  await peer.ask('Status', 1, { key: 'k-1' });
  await expect(peer.ask('Move')).rejects.toThrow('stuck');
  const cancelled = peer.send('Status').subscribe();
  cancelled.unsubscribe();
  peer.tell('Status');
  await peer.ask('Status');

  const used = new Set(telemetry.spans.flatMap(({ attributes }) => Object.keys(attributes)));
  expect([...used]).toEqual(
    expect.arrayContaining(['error.type', 'rxcomet.outcome', 'messaging.message.id']),
  );
  const outside = [...used].filter((name) => !name.startsWith('rxcomet.') && conventions.get(name) !== false);
  expect(outside).toEqual([]);
});
