#!/usr/bin/env node
import { createProcessIo } from './process/createProcessIo';
import { main } from './main';

/** What was written is handed over before the process ends; a reader that is gone is no reason to wait. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

void main(process.argv.slice(2), createProcessIo()).then(async (exitCode) => {
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // Not by process.exitCode: what a module of handlers has left open must not keep a command that has ended.
  process.exit(exitCode);
});
