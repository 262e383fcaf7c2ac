import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { createApp, parseConfig, type App } from '../../src/index';
import { createMemoryTransport } from '../../src/testing/index';
import { silentLogger } from '../../src/runtime/Logger';

const ADDRESS = { IP: '127.0.0.1', Port: 65432 };
const PROGRAM = path.join(__dirname, 'holderProgram.ts');
const HOOK = path.join(__dirname, '..', '..', 'scripts', 'typescript.js');

let folder: string;
let apps: App[];
let mounted: string | undefined;

type Kind = 'outbox' | 'dedup';

function create(kind: Kind, store: string): App {
  const entry =
    kind === 'outbox'
      ? { Client: { Peer: { ...ADDRESS, Outbox: { Path: store } } } }
      : { Host: { ...ADDRESS, Dedup: { Path: store } } };
  const options = { transport: createMemoryTransport(), logger: silentLogger };
  const app = createApp(parseConfig({ Socket_connection: entry }), options);
  apps.push(app);
  return app;
}

const locked = { outbox: 'ERR_OUTBOX_LOCKED', dedup: 'ERR_DEDUP_LOCKED' } as const;

/** What a process or a worker that opens the store prints: `open` or the code of the failure. */
async function openElsewhere(kind: Kind, store: string): Promise<string> {
  const child = spawn(process.execPath, ['-r', HOOK, PROGRAM, kind, store], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  child.stdin.end();
  await once(child, 'close');
  return line.trim();
}

async function openInWorker(kind: Kind, store: string): Promise<string> {
  const worker = new Worker(`require(${JSON.stringify(HOOK)}); require(${JSON.stringify(PROGRAM)})`, {
    eval: true,
    argv: [kind, store],
    stdin: true,
    stdout: true,
  });
  const [line] = (await once(worker.stdout.setEncoding('utf8'), 'data')) as [string];
  worker.stdin?.end();
  await once(worker, 'exit');
  return line.trim();
}

/** False where this machine does not let us mount. */
function bindMount(from: string, to: string): boolean {
  mkdirSync(to);
  try {
    execFileSync('mount', ['--bind', from, to], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-one-'));
  apps = [];
  mounted = undefined;
});

afterEach(async () => {
  for (const app of apps) await app.stop({ graceMs: 0 });
  if (mounted !== undefined) execFileSync('umount', [mounted]);
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['outbox', 'dedup'] as const)('The folder of one %s', (kind) => {
  let store: string;
  beforeEach(async () => {
    store = path.join(folder, 'store');
    await create(kind, store).start();
  });

  it('is refused to a second app of the process under the same path, another spelling and a link', async () => {
    const link = path.join(folder, 'link');
    symlinkSync(store, link);
    const relative = path.relative(process.cwd(), store);
    for (const way of [store, `${store}/`, path.join(folder, '.', 'x', '..', 'store'), relative, link]) {
      await expect(create(kind, way).start()).rejects.toMatchObject({ code: locked[kind] });
    }
  });

  it('is refused to a second app after it was renamed', async () => {
    const renamed = path.join(folder, 'renamed');
    renameSync(store, renamed);
    await expect(create(kind, renamed).start()).rejects.toMatchObject({ code: locked[kind] });
    renameSync(renamed, store);
  });

  it('is refused to a second app by a bind mount', async () => {
    const bound = path.join(folder, 'bound');
    if (!bindMount(store, bound)) {
      console.warn('not tried: this machine lets nobody mount');
      return;
    }
    mounted = bound;
    await expect(create(kind, bound).start()).rejects.toMatchObject({ code: locked[kind] });
  });

  it('is refused to a worker and to another process', async () => {
    expect(await openInWorker(kind, store)).toBe(locked[kind]);
    expect(await openElsewhere(kind, store)).toBe(locked[kind]);
  });

  it('stays taken when a backup in the same process reads every file of it', async () => {
    for (const name of readdirSync(store)) readFileSync(path.join(store, name));
    cpSync(store, path.join(folder, 'backup'), { recursive: true });
    await expect(create(kind, store).start()).rejects.toMatchObject({ code: locked[kind] });
    for (const name of readdirSync(store)) readFileSync(path.join(store, name));
    expect(await openElsewhere(kind, store)).toBe(locked[kind]);
  });

  it('is free for others under every name as soon as its app has stopped', async () => {
    await apps[0]?.stop();
    expect(await openElsewhere(kind, store)).toBe('open');
    expect(await openInWorker(kind, store)).toBe('open');
    await create(kind, store).start();
  });

  it('says nothing of a copy, which is a folder of its own', async () => {
    await apps[0]?.stop();
    const copy = path.join(folder, 'copy');
    cpSync(store, copy, { recursive: true });
    await create(kind, store).start();
    await create(kind, copy).start();
  });
});
