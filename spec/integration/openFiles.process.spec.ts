import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { frameOf } from '../support/FramePeer';
import { buildPackage } from '../support/buildPackage';

jest.setTimeout(180_000);

const PROGRAM = `
  const { createApp, parseConfig } = require(process.argv[1]);
  const app = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } }));
  app.failures$.subscribe(({ code, error }) => console.log('failure', code, error.message));
  app.handle('Status', () => 'fine');
  app.start().then(() => console.log('listening', app.address.port));
`;

const request = frameOf({}, { action: 'Status', value: 1 });

/** So many files may the process have open; some thirty are its own. */
const OPEN_FILES = 64;

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(request));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

describe('A host whose process may open no more files', () => {
  const sockets: Socket[] = [];
  let child: ChildProcess;

  beforeAll(buildPackage);

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    child.kill('SIGKILL');
    await once(child, 'close');
  });

  it('tells so once, because connections are dropped, and serves again afterwards', async () => {
    const index = path.join(__dirname, '..', '..', 'dist', 'index.js');
    child = spawn(
      'sh',
      ['-c', `ulimit -n ${OPEN_FILES}; exec "$0" -e "$1" "$2"`, process.execPath, PROGRAM, index],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const match = pattern.exec(said);
        if (match !== null) return match;
        if (child.stdout !== null) await once(child.stdout, 'data');
      }
    };
    const open = (): void => {
      for (let count = 0; count < OPEN_FILES; count += 1) {
        const socket = connect({ host: '127.0.0.1', port });
        socket.on('error', () => undefined);
        sockets.push(socket);
      }
    };

    const port = Number((await until(/listening (\d+)\n/))[1]);
    open();
    await until(
      /failure ERR_ACCEPT 127\.0\.0\.1:\d+ could not accept a connection: too many open files \(EMFILE\).*ulimit -n/,
    );
    for (const socket of sockets.splice(0)) socket.destroy();
    // The host hears of the ends one after the other; until then there is no room for another.
    while (!(await isAnswered(port)));
    expect(said.match(/ERR_ACCEPT/g)).toHaveLength(1);
  });
});
