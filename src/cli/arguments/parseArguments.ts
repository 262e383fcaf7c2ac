import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearestName } from '../../runtime/nearestName';
import { type OperandSpec, type OptionTable, type OptionsOf, UsageError } from './Command';

/** What is asked of the command line. */
export interface Syntax<T extends OptionTable> {
  readonly operands: readonly OperandSpec[];
  readonly options: T;
}

/** Arguments sorted by the table of a command. */
export interface ParsedArguments<T extends OptionTable> {
  readonly options: OptionsOf<T>;
  readonly operands: readonly string[];
}

/** -5, -.5, -1e3, -Infinity: values, never options, since no option begins with a digit. */
const NEGATIVE_NUMBER = /^-(?:[\d.]|Infinity$)/;
/**
 * Put before a negative number so that parseArgs takes it for a value. No argument of a process can hold this
 * character.
 */
const GUARD = '\0';

const help = { help: { short: 'h', about: 'show this help' } } as const satisfies OptionTable;

/**
 * Sorts arguments into options and operands, or gives 'help' when --help or -h is among them. After `--`
 * everything is an operand.
 *
 * Throws UsageError, with the nearest name for an unknown option. node:util does the splitting; what is wrong
 * is told here, because its own messages change from one version of Node to the next.
 */
export function parseArguments<const T extends OptionTable>(
  args: readonly string[],
  syntax: Syntax<T>,
): ParsedArguments<T> | 'help' {
  const table: OptionTable = { ...syntax.options, ...help };
  const tokens = split(args, table);
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help';

  const operands: string[] = [];
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(unguard(token.value));
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec === undefined) throw unknownOption(rawName, table);
    const values = given.get(name) ?? [];
    if (values.length > 0 && spec.many !== true) throw new UsageError(`${rawName} is given twice`);
    given.set(name, values);
    if (spec.value === undefined) {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
      values.push('');
    } else {
      if (value === undefined || (!inlineValue && /^-./.test(value))) {
        throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}`);
      }
      values.push(unguard(value));
    }
  }
  checkOperands(operands, syntax.operands);

  const options: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(syntax.options)) {
    const values = given.get(name);
    if (spec.value === undefined) options[name] = values !== undefined;
    else options[name] = spec.many === true ? (values ?? []) : values?.[0];
  }
  // Built by the very table that the type is derived from.
  return { options: options as OptionsOf<T>, operands };
}

function split(args: readonly string[], table: OptionTable): ReturnType<typeof splitLoosely> {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { value, short }] of Object.entries(table)) {
    const type = value === undefined ? 'boolean' : 'string';
    options[name] = short === undefined ? { type } : { type, short };
  }
  return splitLoosely(
    args.map((arg) => (NEGATIVE_NUMBER.test(arg) ? GUARD + arg : arg)),
    options,
  );
}

function splitLoosely(args: string[], options: NonNullable<ParseArgsConfig['options']>) {
  return parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function unguard(text: string): string {
  return text.startsWith(GUARD) ? text.slice(GUARD.length) : text;
}

function unknownOption(rawName: string, table: OptionTable): UsageError {
  const typed = rawName.replace(/^-+/, '');
  const nearest = rawName.startsWith('--') ? nearestName(typed, Object.keys(table)) : undefined;
  const message = `unknown option ${rawName}`;
  if (nearest !== undefined) return new UsageError(`${message}: did you mean --${nearest}?`);
  return new UsageError(message, 'an argument that begins with "-" goes after --');
}

function checkOperands(operands: readonly string[], specs: readonly OperandSpec[]): void {
  const missing = specs.slice(operands.length).find(({ name }) => !name.startsWith('['));
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing: ${missing.about}`);
  const extra = operands[specs.length];
  if (extra === undefined || specs.at(-1)?.name.includes('…') === true) return;
  const hint = specs.length > 0 ? 'put quotes around an argument that has spaces' : '';
  throw new UsageError(`"${extra}" is one argument too many`, hint);
}
