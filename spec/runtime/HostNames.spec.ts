import { setMaxListeners } from 'node:events';
import { HostNames } from '../../src/runtime/HostNames';
import { parseHosts, type NameSources } from '../../src/runtime/nameSources';

/** Questions put to one source, in their order, to be answered by the spec. */
class Source {
  readonly asked: string[] = [];
  readonly #answers = new Map<string, (addresses: readonly string[] | Error) => void>();

  ask(name: string, signal?: AbortSignal): Promise<readonly string[]> {
    this.asked.push(name);
    return new Promise((resolve, reject) => {
      this.#answers.set(name, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      signal?.addEventListener('abort', () => reject(new Error('ended')));
    });
  }

  answer(name: string, answer: readonly string[] | Error): void {
    this.#answers.get(name)?.(answer);
  }
}

const address: readonly string[] = ['127.0.0.7'];
const failure = (code: string): Error => Object.assign(new Error(code), { code });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function openNames(listed: Readonly<Record<string, readonly string[]>> = {}): {
  readonly names: HostNames;
  readonly servers: Source;
  readonly system: Source;
} {
  const [servers, system] = [new Source(), new Source()];
  const sources: NameSources = {
    listed: (name) => Promise.resolve(listed[name] ?? []),
    servers: (name, signal) => servers.ask(name, signal),
    system: (name) => system.ask(name),
  };
  return { names: new HostNames(sources), servers, system };
}

const never = (): AbortSignal => new AbortController().signal;

describe('the names of peers', () => {
  it('are asked for once, however many wait for one', async () => {
    const { names, servers } = openNames();
    const waiting = [names.resolve('stage', never()), names.resolve('stage', never())];
    await turn();
    expect([servers.asked, names.running]).toEqual([['stage'], 1]);
    servers.answer('stage', address);
    expect(await Promise.all(waiting)).toEqual([address, address]);
    expect(names.running).toBe(0);
  });

  it('are not asked for where the hosts file has them', async () => {
    const { names, servers, system } = openNames({ stage: address });
    expect(await names.resolve('stage', never())).toEqual(address);
    expect([servers.asked, system.asked]).toEqual([[], []]);
  });

  it('are looked for in the system when the name servers do not know them', async () => {
    const { names, servers, system } = openNames();
    const found = names.resolve('stage', never());
    await turn();
    servers.answer('stage', []);
    await turn();
    system.answer('stage', address);
    expect(await found).toEqual(address);
  });

  it('are not looked for in the system, which would hold a thread, when no name server answers', async () => {
    const { names, servers, system } = openNames();
    const found = names.resolve('dead', never());
    await turn();
    servers.answer('dead', failure('ETIMEOUT'));
    await expect(found).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect([system.asked, names.running]).toEqual([[], 0]);
  });

  it('are given up when the last that waits has left, and asked for anew later', async () => {
    const { names, servers } = openNames();
    const [one, other] = [new AbortController(), new AbortController()];
    const waiting = [names.resolve('dead', one.signal), names.resolve('dead', other.signal)];
    waiting.forEach((promise) => void promise.catch(() => undefined));
    await turn();
    one.abort(new Error('first left'));
    await expect(waiting[0]).rejects.toThrow('first left');
    expect(names.running).toBe(1);
    other.abort(new Error('second left'));
    await expect(waiting[1]).rejects.toThrow('second left');
    expect(names.running).toBe(0);
    const again = names.resolve('dead', never());
    await turn();
    servers.answer('dead', address);
    expect(await again).toEqual(address);
    expect(servers.asked).toEqual(['dead', 'dead']);
  });

  it('that the system does not answer hold one of its threads at most, and no name that answered before', async () => {
    const { names, servers, system } = openNames();
    const resolve = async (name: string): Promise<readonly string[]> => {
      const found = names.resolve(name, never());
      await turn();
      servers.answer(name, []);
      await turn();
      return found;
    };
    const first = names.resolve('printer', never());
    await turn();
    servers.answer('printer', []);
    await turn();
    system.answer('printer', address);
    await first;
    for (const name of ['dead1', 'dead2', 'dead3']) void resolve(name);
    for (let count = 0; count < 8; count += 1) await turn();
    expect(system.asked).toEqual(['printer', 'dead1']);
    const again = resolve('printer');
    for (let count = 0; count < 4; count += 1) await turn();
    system.answer('printer', address);
    expect(await again).toEqual(address);
    expect(system.asked).toEqual(['printer', 'dead1', 'printer']);
  });

  it('that wait for their turn leave the line when nobody wants them any more', async () => {
    const { names, servers, system } = openNames();
    const leaves = new AbortController();
    const resolve = (name: string, signal: AbortSignal): Promise<unknown> =>
      names.resolve(name, signal).catch(() => undefined);
    void resolve('dead', never());
    void resolve('leaves', leaves.signal);
    const stays = names.resolve('stays', never());
    await turn();
    for (const name of ['dead', 'leaves', 'stays']) servers.answer(name, []);
    await turn();
    leaves.abort(new Error('left'));
    system.answer('dead', failure('EAI_AGAIN'));
    await turn();
    expect(system.asked).toEqual(['dead', 'stays']);
    system.answer('stays', address);
    expect(await stays).toEqual(address);
    expect(names.running).toBe(0);
  });

  it('are shared by later attempts while the system, which cannot be told to end, looks for them', async () => {
    const { names, servers, system } = openNames();
    const leaves = new AbortController();
    const left = names.resolve('slow', leaves.signal);
    await turn();
    servers.answer('slow', []);
    await turn();
    leaves.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    const later = names.resolve('slow', never());
    await turn();
    system.answer('slow', address);
    expect(await later).toEqual(address);
    expect(system.asked).toEqual(['slow']);
  });

  it('are asked for 256 at a time; one that answered before does not wait behind those that do not', async () => {
    const { names, servers } = openNames();
    const known = names.resolve('known', never());
    await turn();
    servers.answer('known', address);
    await known;
    const leave = new AbortController();
    setMaxListeners(0, leave.signal);
    const dead = Array.from({ length: 500 }, (_, index) => names.resolve(`dead${index}`, leave.signal));
    dead.forEach((promise) => void promise.catch(() => undefined));
    await turn();
    expect(servers.asked).toHaveLength(1 + 256);
    const again = names.resolve('known', never());
    await turn();
    servers.answer('known', address);
    expect(await again).toEqual(address);
    leave.abort(new Error('left'));
    await Promise.allSettled(dead);
    await turn();
    expect(names.running).toBe(0);
    expect(servers.asked).toHaveLength(1 + 256 + 1);
  });
});

describe('parseHosts', () => {
  it('reads names and aliases in any case, IPv4 first, and passes over comments and what is no address', () => {
    const names = parseHosts('::1 localhost # me\n127.0.0.1\tLocalHost lab.example lab\n\n# no\nfoo bar\r\n');
    expect(names.get('localhost')).toEqual(['127.0.0.1', '::1']);
    expect(names.get('lab')).toEqual(['127.0.0.1']);
    expect([names.has('me'), names.has('bar')]).toEqual([false, false]);
  });
});
