import type { OptionSpec } from './Command';

/** Where settings are read from when nobody says. */
const DEFAULT_FILE = 'settings.yml';

/** The option -c, alike for all commands that read settings. */
export const configOption = {
  value: 'FILE',
  short: 'c',
  about: `settings file (default ${DEFAULT_FILE})`,
  default: DEFAULT_FILE,
} as const satisfies OptionSpec & { readonly default: string };
