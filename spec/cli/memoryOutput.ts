import type { Output } from '../../src/cli/process/Io';

/** An output that keeps what is written to it. */
export function memoryOutput(terminal = false): Output & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    write(content, onTaken) {
      written.push(String(content));
      onTaken?.(true);
    },
    flushed: () => Promise.resolve(),
    dropped: 0,
    failure: undefined,
    colours: false,
    tty: terminal,
    terminal,
  };
}
