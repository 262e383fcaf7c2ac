import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from 'rxcomet';
import { codeBlocksOf, documents } from './markdown';
import { createBlockWorld, type BlockWorld } from './runBlock';

const address = { IP: '127.0.0.1', Port: 65432 };

/** What stands around a block, and what it has to have done. */
interface Scenario {
  /** Makes the settings in the document fit for a spec. */
  readonly settings?: (text: string) => string;
  readonly before?: (world: BlockWorld) => Promise<void>;
  readonly after: (world: BlockWorld) => Promise<void> | void;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  receive: {
    async after(world) {
      const sender = world.createApp(parseConfig({ Socket_connection: { Client: { Host: address } } }));
      await expect(sender.peer('Host').ask('TelegramBot', { '1': 'ping' })).resolves.toBe('got {"1":"ping"}');
      expect(world.printed).toEqual([
        'listening on 127.0.0.1:65432',
        expect.stringMatching(/^127\.0\.0\.1:\d+ TelegramBot \{"1":"ping"\}$/),
      ]);
    },
  },
  send: {
    async before(world) {
      const peer = world.createApp(parseConfig({ Socket_connection: { Host: address } }));
      peer.handle('Status', (value) => ({ ...(value as object), state: 'idle' }));
      peer.handle('Log', () => 'noted');
      peer.messages$.subscribe(({ action }) => handled.push(action));
      await peer.start();
    },
    after(world) {
      expect(world.printed).toEqual(['{"unit":4,"state":"idle"}', '{"unit":4,"state":"idle"}']);
      expect(handled.splice(0)).toEqual(['Status', 'Log', 'Status']);
    },
  },
  outbox: {
    settings: (text) => text.replace('outbox/results', join(folder, 'outbox')).replace('9464', '0'),
    async before(world) {
      const peer = world.createApp(parseConfig({ Socket_connection: { Host: address } }));
      peer.handle('Point', () => undefined);
      peer.messages$.subscribe(({ action, key }) => handled.push(`${action} ${typeof key}`));
      await peer.start();
    },
    after(world) {
      expect(handled.splice(0)).toEqual(['Point string']);
      expect(world.printed[0]).toBe('0 wait, the oldest for 0 ms');
    },
  },
  contract: { after: ({ printed }) => expect(printed).toEqual(['8']) },
  tryingAgain: {
    after: ({ printed }) =>
      expect(printed).toEqual([
        'Stage: closed',
        'Stage: open',
        'ERR_PEER_UNREACHABLE no',
        'ERR_CIRCUIT_OPEN no',
      ]),
  },
  stream: { after: ({ printed }) => expect(printed).toEqual([]) },
  actors: { after: ({ printed }) => expect(printed).toEqual(['from 0 to 12 mm']) },
};

const handled: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'rxcomet-docs-'));
const all = documents.flatMap(codeBlocksOf);
const marked = all.filter(({ run }) => run !== undefined);

afterAll(() => rmSync(folder, { recursive: true }));

describe('Code in the documents', () => {
  it('is marked by names that this spec knows, each once', () => {
    expect(marked.map(({ run }) => run).sort()).toEqual(Object.keys(scenarios).sort());
  });

  it.each(marked)('does what it says: $run, $place', async (block) => {
    // The settings a reader has are those shown last.
    const settings = all
      .slice(0, all.indexOf(block))
      .findLast(({ file, language }) => file === block.file && language === 'yaml');
    const scenario = scenarios[block.run ?? ''];
    const text = settings?.text ?? '';
    const world = createBlockWorld(scenario?.settings?.(text) ?? text);
    try {
      await scenario?.before?.(world);
      await world.run(block);
      await scenario?.after(world);
    } finally {
      await world.close();
    }
  });
});
