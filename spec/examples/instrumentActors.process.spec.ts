import { createApp, parseConfig, type App, type RemoteError } from 'rxcomet';
import { lastValueFrom } from 'rxjs';
import { actions } from '../../examples/instrument-actors/actions';
import { createLab } from '../../examples/instrument-actors/createLab';
import { instrumentActors } from '../../examples/instrument-actors/main';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { createVirtualClock, type VirtualClock } from '../support/createVirtualClock';
import { exampleFolder } from './exampleFolder';

interface Lab {
  readonly lab: App;
  readonly client: App;
  readonly clock: VirtualClock;
  readonly lines: string[];
}

const opened: { readonly app: App; readonly clock: VirtualClock }[] = [];

afterEach(async () => {
  for (const { app, clock } of opened.splice(0)) {
    const stopped = app.stop({ graceMs: 0 });
    await clock.advance(0);
    await stopped;
  }
});

async function openLab(): Promise<Lab> {
  const clock = createVirtualClock();
  const options = { clock, transport: createMemoryTransport(), random: () => 0.5 };
  const lines: string[] = [];
  const address = { IP: '127.0.0.1', Port: 1 };
  const lab = createLab(
    parseConfig({ Socket_connection: { Host: { ...address, Limits: { Max_in_flight: 4 } } } }),
    (line) => lines.push(line),
    { ...options, logger: { debug() {}, info() {}, warn() {}, error() {} } },
  );
  const client = createApp(
    parseConfig({ Socket_connection: { Client: { Lab: { ...address, Ack_timeout_ms: 60_000 } } } }),
    options,
  );
  opened.push({ app: client, clock }, { app: lab, clock });
  await lab.start();
  return { lab, client, clock, lines };
}

/** What becomes of a promise, to be looked at while time is moved. */
function follow<T>(promise: Promise<T>): { outcome?: unknown } {
  const followed: { outcome?: unknown } = {};
  promise.then(
    (value) => (followed.outcome = value),
    (error: unknown) => (followed.outcome = error),
  );
  return followed;
}

describe('The instruments as actors', () => {
  it('stream a sweep point by point, as it is measured', async () => {
    const { client, clock } = await openLab();
    const points: unknown[] = [];
    let complete = false;
    client
      .peer('Lab')
      .send(actions.Sweep, { to: -100, points: 4 })
      .subscribe({ next: (point) => points.push(point.volts), complete: () => (complete = true) });

    await clock.advance(50);
    expect(points).toEqual([-25, -50]);
    expect(complete).toBe(false);
    await clock.advance(30);
    expect(points).toEqual([-25, -50, -75, -100]);
    await clock.settle();
    expect(complete).toBe(true);
  });

  it('end one command before they begin the next, while both work at the same time', async () => {
    const { client, clock, lines } = await openLab();
    const peer = client.peer('Lab');
    const volts: number[] = [];
    peer.send(actions.Sweep, { to: -100, points: 4 }).subscribe((point) => volts.push(point.volts));
    const moves = [follow(peer.ask(actions.Move, 4)), follow(peer.ask(actions.Move, 2))];
    const measured = follow(peer.ask(actions.Measure, -1));

    await clock.advance(50);
    expect(volts).toEqual([-25, -50]);
    expect(moves.map(({ outcome }) => outcome)).toEqual([4, undefined]);
    await clock.advance(40);
    expect(measured.outcome).toBeUndefined();
    await clock.advance(20);
    expect(measured.outcome).toEqual({ volts: -1, amps: 2e-9 });
    expect(moves.map(({ outcome }) => outcome)).toEqual([4, 2]);
    expect(lines.filter((line) => line.startsWith('table'))).toEqual([
      'table: 0 mm, going to 4 mm',
      'table: at 4 mm',
      'table: 4 mm, going to 2 mm',
      'table: at 2 mm',
    ]);
  });

  it('obey an emergency stop while a sweep runs, the mailbox is full and the host reads no further', async () => {
    const { lab, client, clock, lines } = await openLab();
    const peer = client.peer('Lab');
    let accepted = 0;
    lab.messages$.subscribe(() => (accepted += 1));
    const sweep = follow(lastValueFrom(peer.send(actions.Sweep, { to: -300, points: 1000 })));
    const move = follow(peer.ask(actions.Move, 50));
    const flood = (count: number): void => {
      for (let sent = 0; sent < count; sent += 1) peer.tell(actions.Measure, -1, { confirm: false });
    };
    flood(20);
    await clock.advance(100);
    const read = accepted;
    flood(20);
    await clock.advance(100);

    const meter = lab.actors
      .tree()
      .children.flatMap(({ children }) => children)
      .find(({ path }) => path === '/user/source-meter');
    expect(meter).toMatchObject({ status: 'busy', mailbox: { depth: 2, capacity: 2 } });
    expect(accepted).toBe(read);

    // No time passes: it waits for nothing that runs.
    const stop = follow(peer.ask('EmergencyStop', null, { urgent: true }));
    for (let turn = 0; turn < 10; turn += 1) await clock.settle();
    expect(stop.outcome).toEqual(['source meter off', 'table stands']);
    expect(lines.slice(-2)).toEqual(['source meter: off, was at -3 V', 'table: stands at 20 mm']);
    expect((sweep.outcome as RemoteError).remoteCode).toBe('ERR_ACTOR_INTERRUPTED');
    expect((move.outcome as RemoteError).remoteCode).toBe('ERR_ACTOR_INTERRUPTED');

    // What waited is read and refused; nothing moves until somebody says so.
    await clock.advance(1);
    expect(accepted).toBe(1 + 1 + 40 + 1);
    const refused = follow(peer.ask(actions.Measure, -1));
    await clock.advance(100);
    expect((refused.outcome as RemoteError).remoteCode).toBe('NOT_ARMED');
    const armed = follow(peer.ask(actions.Arm, null));
    const measured = follow(peer.ask(actions.Measure, -1));
    await clock.advance(100);
    expect(armed.outcome).toBe('armed');
    expect(measured.outcome).toEqual({ volts: -1, amps: 2e-9 });
  });

  it('keep a slot for the emergency stop, also on a connection whose others are taken', async () => {
    const { client, clock } = await openLab();
    const peer = client.peer('Lab');
    const sweep = follow(lastValueFrom(peer.send(actions.Sweep, { to: -300, points: 1000 })));
    for (let sent = 0; sent < 3; sent += 1) peer.tell(actions.Measure, -1, { confirm: false });
    await clock.advance(20);

    const stop = follow(peer.ask('EmergencyStop'));
    for (let turn = 0; turn < 10; turn += 1) await clock.settle();
    expect(stop.outcome).toEqual(['source meter off', 'table stands']);
    expect((sweep.outcome as RemoteError).remoteCode).toBe('ERR_ACTOR_INTERRUPTED');
  });

  it('tell the peer of a fault at once, and come back after the backoff with the next command', async () => {
    const { client, clock, lines } = await openLab();
    const peer = client.peer('Lab');
    const faulty = follow(peer.ask(actions.Measure, -600));
    const next = follow(peer.ask(actions.Measure, -4));
    await clock.advance(20);
    expect((faulty.outcome as RemoteError).remoteCode).toBe('DEVICE_FAULT');
    expect((faulty.outcome as RemoteError).message).toContain('compliance reached at -600 V');
    expect(lines).toEqual(['source meter: set up, 0 V']);

    await clock.advance(199);
    expect(next.outcome).toBeUndefined();
    await clock.advance(1 + 20);
    expect(lines).toEqual(['source meter: set up, 0 V', 'source meter: set up, 0 V']);
    expect(next.outcome).toEqual({ volts: -4, amps: 4e-9 });
  });

  it('are shown working by the example', async () => {
    const lines: string[] = [];
    const logged = [jest.spyOn(console, 'warn'), jest.spyOn(console, 'error')];
    for (const spy of logged) spy.mockImplementation(() => undefined);
    const stop = await instrumentActors({
      folder: exampleFolder('instrument-actors'),
      print: (line) => lines.push(line),
    });
    await stop();
    for (const spy of logged) spy.mockRestore();

    expect(lines).toContain('point: -100 V, 2e-8 A');
    expect(lines).toContain('stopped: ["source meter off","table stands"]');
    expect(lines).toContain('the sweep failed: /user/source-meter: an interrupting message arrived');
    expect(lines.at(-1)).toBe('point: {"volts":-10,"amps":6.325e-9}');
  });
});
