import { createApp, parseConfig, type App } from 'rxcomet';
import { addPipelines } from '../../examples/stream-handlers/addPipelines';
import { streamHandlers } from '../../examples/stream-handlers/main';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { exampleFolder } from './exampleFolder';

const apps: App[] = [];
afterEach(async () => {
  for (const app of apps.splice(0).reverse()) await app.stop();
});

describe('The stream handlers', () => {
  it('store batches of at most four in order, keep a mean, and show the newest position', async () => {
    const lines: string[] = [];
    const stop = await streamHandlers({
      folder: exampleFolder('stream-handlers'),
      print: (line) => lines.push(line),
    });
    await stop();

    const batches = lines
      .filter((line) => line.startsWith('stored ') && !line.startsWith('stored together'))
      .map((line) => line.split(' ').slice(1));
    expect(batches.flat().map(Number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(batches.every((batch) => batch.length <= 4)).toBe(true);
    const sizes = batches.flatMap((batch) => batch.map(() => batch.length));
    expect(lines).toContain(`stored together: ${sizes.join(' ')}`);
    expect(lines).toContain('means of 4 8 6: 4 6 6');
    expect(lines.at(-1)).toBe('the stage is at 10 mm');
  });

  it('tell the senders of a batch that could not be stored, and go on', async () => {
    const transport = createMemoryTransport();
    const host = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 1 } } }), {
      transport,
    });
    let full = true;
    const store = async (): Promise<void> => {
      if (full) throw new Error('the disk is full');
    };
    addPipelines(host, { store, show: () => undefined });
    const client = createApp(
      parseConfig({ Socket_connection: { Client: { Recorder: { IP: '127.0.0.1', Port: 1 } } } }),
      { transport },
    );
    apps.push(host, client);
    host.failures$.subscribe();
    await host.start();
    const store$ = (value: number): Promise<unknown> => client.peer('Recorder').ask('Store', value);

    const refused = await Promise.allSettled([1, 2, 3, 4].map(store$));
    expect(
      refused.map((result) => (result.status === 'rejected' ? String(result.reason) : 'stored')),
    ).toEqual(Array(4).fill(expect.stringContaining('the disk is full')));

    full = false;
    // How they fall into batches depends on time.
    const sizes = await Promise.all([5, 6, 7, 8].map(store$));
    expect(sizes.every((size) => Number(size) >= 1 && Number(size) <= 4)).toBe(true);
  });
});
