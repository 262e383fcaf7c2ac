import { stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';

/**
 * Keeps a folder for one app. What counts is the device and the inode of the folder, so that a path, a link
 * and a bind mount are the same.
 *
 * The lock is a local socket that listens and says nothing. The system lets only one listen, in this process,
 * in one of its workers or in another process, and ends that when the process ends, however it does. A lock
 * on a file (fcntl), which LevelDB takes, is lost as soon as anything in the process closes the same file, as
 * a backup does that reads the folder.
 *
 * It reaches as far as the network namespace: between containers with networks of their own only the lock of
 * LevelDB is left.
 */
export class FolderLock {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /** Resolves when another app may have the folder. */
  release(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/**
 * undefined: another app has the folder. Where such sockets are not allowed, nothing is held and nothing
 * refused.
 *
 * @param platform of the machine, as in process.platform
 */
export async function lockFolder(
  folder: string,
  platform: string = process.platform,
): Promise<FolderLock | undefined> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = `rxcomet-${dev}-${ino}`;
  if (platform === 'linux') return listen(`\0${name}`);
  if (platform === 'win32') return listen(`\\\\.\\pipe\\${name}`);
  // A socket with a file stays behind when its process is killed.
  const file = `/tmp/${name}.sock`;
  const lock = await listen(file);
  if (lock !== undefined || (await isAnswered(file))) return lock;
  await unlink(file);
  return listen(file);
}

function listen(name: string): Promise<FolderLock | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'EADDRINUSE' ? undefined : new FolderLock(server)),
    );
    // Exclusive, because the workers of a cluster would share it.
    server.listen({ path: name, exclusive: true }, () => resolve(new FolderLock(server)));
  });
}

function isAnswered(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(file);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
