import { type OperandSpec, UsageError } from '../../../src/cli/arguments/Command';
import { parseArguments } from '../../../src/cli/arguments/parseArguments';

const syntax = {
  operands: [
    { name: 'TARGET', about: 'where to' },
    { name: '[VALUE]', about: 'what' },
  ],
  options: {
    config: { value: 'FILE', short: 'c', about: '' },
    json: { about: '' },
    ignore: { value: 'PATH', many: true, about: '' },
  },
} as const;

const parse = (...args: string[]) => parseArguments(args, syntax);
const none = { config: undefined, json: false, ignore: [] };

function refusal(read: () => unknown): { message: string; hint: string } {
  try {
    read();
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseArguments', () => {
  it.each<[string[], object]>([
    [['-c', 'a.yml', 'x'], { ...none, config: 'a.yml' }],
    [['-ca.yml', 'x'], { ...none, config: 'a.yml' }],
    [['x', '--config=a.yml', '--json'], { ...none, config: 'a.yml', json: true }],
    [['x', '--config='], { ...none, config: '' }],
    [['--ignore', 'a', 'x', '--ignore=b'], { ...none, ignore: ['a', 'b'] }],
    [['x', '--ignore', '-1'], { ...none, ignore: ['-1'] }],
    [['x', '--config=--odd'], { ...none, config: '--odd' }],
    [['x', '-c', '-'], { ...none, config: '-' }],
  ])('reads the options of %j', (args, options) => {
    expect(parse(...args)).toEqual({ options, operands: ['x'] });
  });

  it.each(['-5', '-0', '-.5', '-1.5e-3', '-Infinity', '{"a":-1}', '[-1,2]', '-', '', ' -x', 'a=-1', '-5V'])(
    'takes %j for a value',
    (value) => {
      expect(parse('x', value, '--json')).toEqual({
        options: { ...none, json: true },
        operands: ['x', value],
      });
    },
  );

  it('takes everything after -- for a value', () => {
    expect(parse('x', '--', '--json')).toEqual({ options: none, operands: ['x', '--json'] });
    expect(parse('--', '-5', '-h')).toEqual({ options: none, operands: ['-5', '-h'] });
  });

  it.each([['--help'], ['-h'], ['--nonsense', 'x', 'y', 'z', '-h']])('asks for help with %j', (...args) => {
    expect(parse(...args)).toBe('help');
  });

  it.each([
    [['x', '--jsom'], 'unknown option --jsom: did you mean --json?', ''],
    [['x', '--confg=a'], 'unknown option --confg: did you mean --config?', ''],
    [['x', '--quantum'], 'unknown option --quantum', 'an argument that begins with "-" goes after --'],
    [['x', '--__proto__'], 'unknown option --__proto__', 'an argument that begins with "-" goes after --'],
    [['x', '-q'], 'unknown option -q', 'an argument that begins with "-" goes after --'],
    [['x', '-c'], '-c needs a value: -c FILE', ''],
    [['x', '--config', '--json'], '--config needs a value: --config FILE', ''],
    [['x', '--json=1'], '--json takes no value', ''],
    [['x', '--json', '--json'], '--json is given twice', ''],
    [['x', '-c', 'a', '--config', 'b'], '--config is given twice', ''],
    [[], 'TARGET is missing: where to', ''],
    [['x', 'y', 'z'], '"z" is one argument too many', 'put quotes around an argument that has spaces'],
  ])('refuses %j', (args, message, hint) => {
    expect(refusal(() => parse(...args))).toEqual({ message, hint });
  });

  it('says nothing of quotes where no argument is taken at all', () => {
    const operands: OperandSpec[] = [];
    expect(refusal(() => parseArguments(['x'], { operands, options: {} }))).toEqual({
      message: '"x" is one argument too many',
      hint: '',
    });
  });
});
