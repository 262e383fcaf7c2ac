import type { ActorContext } from '../../src/actors/behaviour';
import type { ActorNode } from '../../src/actors/ActorSystem';
import type { Logger } from '../../src/runtime/Logger';
import { codeOf } from './codeOf';
import { createTestSystem } from './createTestSystem';

function recordingLogger() {
  const lines: string[] = [];
  const add = (level: string) => (fields: Readonly<Record<string, unknown>>, text: string) =>
    void lines.push(`${level} ${text} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: add('debug'), info: add('info'), warn: add('warn'), error: add('error') };
  return { lines, logger };
}

describe('the tree', () => {
  it('shows every actor with mailbox depth, handled, failed and restarts', async () => {
    const { system, clock } = createTestSystem();
    const ref = system.spawn(
      'a',
      {
        initial: (context: ActorContext<string>) => void context.spawn('b', () => undefined),
        receive: (_, text: string) => {
          if (text === 'fault') throw new Error(text);
          return text === 'hold' ? new Promise<void>((resolve) => clock.setTimeout(resolve, 100)) : undefined;
        },
      },
      { supervision: 'restart', mailbox: { capacity: 50 } },
    );
    for (const text of ['x', 'fault', 'y', 'hold', 'z']) ref.tell(text);
    await clock.settle();
    const root = system.tree();
    expect(root).toMatchObject({
      name: 'test',
      path: '/',
      children: [{ path: '/user' }, { path: '/system' }],
    });
    expect(root.children[0]?.children).toMatchObject([
      {
        name: 'a',
        path: '/user/a',
        status: 'busy',
        mailbox: { depth: 1, capacity: 50 },
        handled: 2,
        failed: 1,
        restarts: 1,
        children: [{ path: '/user/a/b', status: 'ready', children: [] }],
      },
    ]);
  });

  it('is told at once and then at intervals, only while somebody listens', async () => {
    const { system, clock } = createTestSystem({ treeIntervalMs: 100 });
    const sizes: number[] = [];
    const subscription = system.tree$.subscribe((root) =>
      sizes.push(root.children[0]?.children.length ?? -1),
    );
    system.spawn(() => undefined);
    await clock.advance(250);
    subscription.unsubscribe();
    expect(sizes).toEqual([0, 1, 1]);
    expect(clock.pending).toBe(0);
  });
});

describe('system actors', () => {
  const paths = (node: ActorNode): string[] => [node.path, ...node.children.flatMap(paths)];
  const systemNode = (root: ActorNode) => root.children[1] as ActorNode;

  it('show their state in the tree and tell of its changes', () => {
    const { system, events } = createTestSystem();
    const link = system.register('host/127.0.0.2:65432/[::1]:5000', 'connected');
    expect(link.path).toBe('/system/host/127.0.0.2:65432/[::1]:5000');
    link.update({ in: 1 });
    expect(systemNode(system.tree()).children[0]?.children[0]?.children).toMatchObject([
      { name: '[::1]:5000', state: { in: 1 } },
    ]);
    link.remove('reset');
    link.update('too late');
    link.remove();
    expect(events).toMatchObject([
      { type: 'started', path: link.path },
      { type: 'changed', state: { in: 1 } },
      { type: 'stopped', cause: 'reset' },
    ]);
  });

  it('go together with the steps that led to them, not with others', () => {
    const { system } = createTestSystem();
    const host = system.register('host/a', 'listening');
    const link = system.register('host/a/b/c', 'connected');
    link.remove();
    expect(paths(systemNode(system.tree()))).toEqual(['/system', '/system/host', '/system/host/a']);
    host.remove();
    expect(paths(systemNode(system.tree()))).toEqual(['/system']);
  });

  it('have names of their own', () => {
    const { system } = createTestSystem();
    system.register('client/Telegram', 'idle');
    expect(codeOf(() => system.register('client/Telegram', 'idle'))).toBe('ERR_NAME_TAKEN');
    expect(codeOf(() => system.register('client//x', 'idle'))).toBe('ERR_BAD_NAME');
    expect(() => system.register('client/Telegram/x', 'idle')).not.toThrow();
  });
});

describe('logging', () => {
  it('tells ten dead letters a minute and how many were left out', async () => {
    const { lines, logger } = recordingLogger();
    const { system, clock } = createTestSystem({ logger });
    for (let index = 0; index < 25; index += 1) system.deadLetter('/user/x', index, 'stopped');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('info dead letter for /user/x: stopped {"actor":"/user/x","reason":"stopped"}');
    await clock.advance(60_000);
    system.deadLetter('/user/x', 'next', 'stopped');
    expect(lines.slice(10)).toEqual(['info more dead letters were not logged {"count":15}', lines[0]]);
  });

  it('says nothing of an action without a handler, which is a failure of the app', () => {
    const { lines, logger } = recordingLogger();
    const { system } = createTestSystem({ logger });
    const letters: unknown[] = [];
    system.deadLetters$.subscribe(({ reason }) => letters.push(reason));
    system.deadLetter('/action/Nope', 1, 'no-handler');
    expect(letters).toEqual(['no-handler']);
    expect(lines).toEqual([]);
  });

  it('tells each failure, and carries the path of the actor in its own lines', async () => {
    const { lines, logger } = recordingLogger();
    const { system, clock } = createTestSystem({ logger });
    const ref = system.spawn('a', (_, text: string, { log }: ActorContext<string>) => {
      log.info({ unit: 4 }, 'working');
      throw new Error(text);
    });
    ref.tell('broken');
    await clock.settle();
    expect(lines).toEqual([
      'info working {"actor":"/user/a","unit":4}',
      'error /user/a failed: stop {"actor":"/user/a","err":{},"directive":"stop"}',
    ]);
  });

  it('warns of a failure that nobody awaits', async () => {
    const { lines, logger } = recordingLogger();
    const { system, clock } = createTestSystem({ logger });
    system
      .spawn('a', (_, __: string, context: ActorContext<string>) => context.fail(new Error('no')))
      .tell('x');
    await clock.settle();
    expect(lines).toEqual([
      'warn a message that nobody awaits an answer to failed {"actor":"/user/a","err":{}}',
    ]);
  });
});

describe('unhandled messages', () => {
  it('are events', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    system.spawn('a', (_, __: string, context: ActorContext<string>) => context.unhandled()).tell('x');
    await clock.settle();
    expect(eventsOf('unhandled')).toMatchObject([{ path: '/user/a', message: 'x' }]);
  });
});
