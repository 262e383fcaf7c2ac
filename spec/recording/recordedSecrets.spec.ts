import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { record } from '../../src/recording/capture/record';
import { listenTo } from '../streams/transport/linkSupport';

const LAB = { IP: '127.0.0.1', Port: 1 };
const STAGE = { IP: '127.0.0.1', Port: 2 };
const secrets = ['token-of-the-lab', 'token-of-the-stage', 'token-that-is-wrong', 'token-in-a-bad-header'];
const [labToken, stageToken, wrongToken, strayToken] = secrets;

describe.each([
  ['night.ndjson', (bytes: Buffer): Buffer => bytes],
  ['night.ndjson.gz', (bytes: Buffer): Buffer => gunzipSync(bytes)],
])('The files of %s, one after another', (name, unpack) => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'rxcomet-secrets-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('hold no token: neither those shown to the app nor those it shows, wrong ones and unreadable frames included', async () => {
    const options = { transport: createMemoryTransport(), logger: silentLogger };
    const appOf = (section: object) => createApp(parseConfig({ Socket_connection: section }), options);
    const stage = appOf({ Host: { ...STAGE, Token: stageToken } });
    stage.handle('Move', (value) => value);
    const lab = appOf({
      Host: { ...LAB, Token: labToken },
      Client: { Stage: { ...STAGE, Token: stageToken } },
    });
    lab.handle('Go', (value) => lab.peer('Stage').ask('Move', value));
    const [friend, stranger] = [labToken, wrongToken].map((Token) =>
      appOf({ Client: { Lab: { ...LAB, Token } } }),
    );
    if (friend === undefined || stranger === undefined) throw new Error('incomplete');
    const recording = record(lab, path.join(folder, name), { rotateBytes: 1, flushMs: 0 });
    await Promise.all([stage.start(), lab.start()]);
    for (const files of [1, 2, 3]) {
      expect(await friend.peer('Lab').ask('Go', files)).toBe(files);
      while (readdirSync(folder).length < files) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(stranger.peer('Lab').ask('Go', 9)).rejects.toMatchObject({ remoteCode: 'ERR_UNAUTHORIZED' });
    for (const header of [
      `{"authorization":"Bearer ${strayToken}","content-length":1}`,
      `{"authorization":"Bearer ${strayToken}`,
    ]) {
      const [client] = friend.config.clients;
      if (client === undefined) throw new Error('incomplete');
      const link = await options.transport.connect(client, new AbortController().signal);
      const heard = listenTo(link);
      link.write(Buffer.concat([Buffer.of(0, header.length), Buffer.from(header)]));
      while (!heard.log.includes('<end>')) await new Promise((resolve) => setImmediate(resolve));
      link.end();
    }
    await Promise.all([friend, stranger, lab, stage].map((app) => app.stop({ graceMs: 0 })));

    const { files } = await recording.finished;
    expect(files.length).toBeGreaterThan(2);
    const texts = files.map((file) => unpack(readFileSync(file)).toString());
    const all = texts.join('');
    for (const recorded of ['"Go"', '"Move"', 'ERR_UNAUTHORIZED', 'ERR_BAD_HEADER']) {
      expect(all).toContain(recorded);
    }
    for (const secret of ['authorization"', 'Bearer', ...secrets]) expect(all).not.toContain(secret);
  });
});
