import { ConfigError, loadConfig, type CometConfig } from '../../index';
import { configOption } from '../arguments/options';
import { createCliLogger } from '../output/createAppLogger';
import { defineCommand } from '../arguments/defineCommand';
import { ExitCode } from '../process/Io';
import { formatAddress, formatProblem } from '../output/formatResult';

/** `rxcomet check`: tells everything that is wrong with a settings file. */
export const checkCommand = defineCommand({
  name: 'check',
  summary: 'tell everything that is wrong with a settings file',
  description: [
    'Prints all problems of a settings file, each as FILE:LINE:COLUMN: what is wrong and what to do, with exit code 1;',
    'or one line that sums it up. Nothing is opened.',
  ].join('\n'),
  operands: [{ name: '[FILE]', about: configOption.about }],
  options: {},
  examples: [
    ['', `check ${configOption.default} in the current folder`],
    ['lab/comet.yml', 'check another file'],
  ],
  async run(_options, [file = configOption.default], io) {
    let config: CometConfig;
    try {
      config = await loadConfig(file);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) io.stdout.write(`${formatProblem(problem, io.stdout)}\n`);
      return ExitCode.refused;
    }
    const logger = createCliLogger(io.stderr);
    for (const warning of config.warnings) logger.warn({}, warning);
    io.stdout.write(`${file} is fine: ${summary(config)}\n`);
    return ExitCode.ok;
  },
});

function summary({ hosts, clients, metrics }: CometConfig): string {
  return [
    count(hosts.length, 'host', hosts.map(formatAddress)),
    count(
      clients.length,
      'client',
      clients.map((client) => `${client.name} ${formatAddress(client)}`),
    ),
    ...(metrics === undefined ? [] : [`metrics at http://${formatAddress(metrics)}/metrics`]),
  ].join(', ');
}

function count(number: number, what: string, details: readonly string[]): string {
  const counted = `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`;
  return details.length === 0 ? counted : `${counted} (${details.join(', ')})`;
}
