import { checkArgument, shapes } from '../../runtime/checkArguments';
import { basename, dirname, join } from 'node:path';

/**
 * The name of the nth file of a recording that is spread over several.
 *
 * @example recordingPartFile('night.ndjson.gz', 2) // 'night.2.ndjson.gz'
 */
export function recordingPartFile(file: string, part: number): string {
  checkArgument('recordingPartFile: the file', file, shapes.file);
  checkArgument('recordingPartFile: the part', part, shapes.count);
  if (part === 1) return file;
  const name = basename(file);
  const dot = name.indexOf('.', 1);
  const numbered = dot < 0 ? `${name}.${part}` : `${name.slice(0, dot)}.${part}${name.slice(dot)}`;
  return join(dirname(file), numbered);
}
