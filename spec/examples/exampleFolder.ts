import path from 'node:path';

/** The folder of an example, where its settings lie. */
export function exampleFolder(name: string): string {
  return path.join(__dirname, '..', '..', 'examples', name);
}
