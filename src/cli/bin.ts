#!/usr/bin/env node
import { createProcessIo } from './process/createProcessIo';
import { main } from './main';

void main(process.argv.slice(2), createProcessIo()).then((exitCode) => {
  // Not by process.exitCode: what a module of handlers has left open must not keep a command that has ended.
  process.exit(exitCode);
});
