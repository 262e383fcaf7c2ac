/** One number of a page, with the name of its line. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric of a page. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const HELP_LINE = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE_LINE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? ([-+]?(?:[0-9.e+-]+|Inf))$`);

/**
 * Reads the text format 0.0.4 of Prometheus, strictly: each line legal, HELP and TYPE once before the numbers
 * of a metric, its lines together, no series twice. Throws at the first line that isn't so.
 */
export function parseExposition(text: string): Family[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let help: RegExpExecArray | null = null;
  let current: Family | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const nextHelp = HELP_LINE.exec(line);
    const type = TYPE_LINE.exec(line);
    const sample = SAMPLE_LINE.exec(line);
    if (nextHelp !== null) help = nextHelp;
    else if (type !== null) {
      const [, name = '', kind = ''] = type;
      if (help?.[1] !== name || families.has(name)) throw new Error(`out of place: ${line}`);
      current = { name, type: kind, help: help[2] ?? '', samples: [] };
      families.set(name, current);
    } else if (sample !== null && current !== undefined) {
      const [, name = '', labels = '', value = ''] = sample;
      if (!belongs(name, current)) throw new Error(`not of ${current.name}: ${line}`);
      const key = line.slice(0, line.lastIndexOf(' '));
      if (series.has(key)) throw new Error(`twice: ${key}`);
      series.add(key);
      current.samples.push({
        name,
        labels: readLabels(labels),
        value: Number(value.replace('Inf', 'Infinity')),
      });
    } else throw new Error(`no legal line: ${line}`);
  }
  for (const { samples } of families.values()) {
    for (const { name, value } of samples) if (Number.isNaN(value)) throw new Error(`${name} is no number`);
  }
  return [...families.values()];
}

function belongs(name: string, family: Family): boolean {
  if (family.type !== 'histogram') return name === family.name;
  return ['_bucket', '_sum', '_count'].some((part) => name === family.name + part);
}

function readLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ]),
  );
}
