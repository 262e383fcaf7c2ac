import type { OptionTable } from './Command';

/** Options of what a command tells about its work, alike for all that open an app. */
export const logOptions = {
  'log-level': {
    value: 'LEVEL',
    about: 'what is logged on stderr: error, warn (default), info, debug (each message), silent',
  },
  verbose: { about: 'log errors with their stacks' },
} as const satisfies OptionTable;
