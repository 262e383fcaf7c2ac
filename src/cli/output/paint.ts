import type { Output } from '../process/Io';

const codes = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 } as const;

/** Text in a colour where the output shows colours, as it is elsewhere. */
export function paint(output: Output, colour: keyof typeof codes, text: string): string {
  return output.colours ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}
