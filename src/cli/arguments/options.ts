import type { OptionSpec, OptionTable } from './Command';

/** Where settings are read from when nobody says. */
const DEFAULT_FILE = 'settings.yml';

/** The option -c, alike for all commands that read settings. */
export const configOption = {
  value: 'FILE',
  short: 'c',
  about: `settings file (default ${DEFAULT_FILE})`,
  default: DEFAULT_FILE,
} as const satisfies OptionSpec & { readonly default: string };

/** Options of what a command tells about its work, alike for all that open an app. */
export const logOptions = {
  'log-level': {
    value: 'LEVEL',
    about: 'what is logged on stderr: error, warn (default), info, debug (each message), silent',
  },
  verbose: { about: 'log errors with their stacks' },
} as const satisfies OptionTable;

/** What stays out of a recording, alike for all that write one. */
export const redactOption = {
  value: 'PATH',
  many: true,
  about: 'hide what stands there, such as value.password; may be given more than once',
} as const satisfies OptionSpec;
