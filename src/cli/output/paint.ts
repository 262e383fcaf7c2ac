import type { Output } from '../process/Io';

const CODES = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 } as const;

/** Text in a colour where the output shows colours, as it is elsewhere. */
export function paint(output: Output, colour: keyof typeof CODES, text: string): string {
  return output.colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}
