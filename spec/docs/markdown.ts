import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A fenced block of a document. */
export interface CodeBlock {
  /** Where it begins, as file:line. */
  readonly place: string;
  readonly file: string;
  readonly language: string;
  /** Without the indentation of its fence. */
  readonly text: string;
  /** The name in `<!-- run: name -->` before it. */
  readonly run: string | undefined;
}

const root = path.join(__dirname, '..', '..');

/** The documents for users, as paths from the root of the repository. */
export const documents: readonly string[] = [
  'README.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** The text of a document. */
export function textOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** All fenced blocks of a document. */
export function codeBlocksOf(file: string): readonly CodeBlock[] {
  const text = textOf(file);
  const fence = /(?:^<!-- run: (\S+) -->\n\n)?^( *)```(\w*)\n([^]*?)^\2```$/gm;
  return [...text.matchAll(fence)].map((match) => {
    const [whole, run, indent = '', language = '', body = ''] = match;
    const line = text.slice(0, match.index + whole.indexOf('```')).split('\n').length;
    return {
      place: `${file}:${line}`,
      file,
      language,
      text: body.replace(new RegExp(`^${indent}`, 'gm'), ''),
      run,
    };
  });
}
