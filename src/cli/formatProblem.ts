import type { ConfigProblem } from '../index';
import type { Output } from './Io';
import { paint } from './paint';

/** FILE:LINE:COLUMN: path: what; remedy — as compilers do, so that editors find the place. */
export function formatProblem(problem: ConfigProblem, output: Output): string {
  const { file, line, column, path, message, remedy } = problem;
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  const what = remedy === '' ? message : `${message}; ${remedy}`;
  return [paint(output, 'bold', place), path, what].filter((part) => part !== '').join(': ');
}
