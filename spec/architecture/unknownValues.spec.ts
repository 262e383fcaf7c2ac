import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const source = path.join(__dirname, '..', '..', 'src');

/** Makes text of what was thrown: the one file that may. */
const DESCRIBES = path.join('runtime', 'describeError.ts');

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && file !== DESCRIBES,
);

/**
 * Ways to make text of an unknown value that fail for an object without a prototype, a Proxy or a getter that
 * throws.
 */
const CARELESS: readonly RegExp[] = [
  /String\((?:error|cause|reason|thrown|failure)\)/,
  /\$\{(?:error|thrown)\}/,
  /instanceof Error \?/,
  /\((?:error|cause|reason|thrown) as [^)]*\)\??\.(?:message|stack|name)\b/,
];

it('makes text of what was thrown by describeError only, whatever it is', () => {
  const found = files.flatMap((file) =>
    readFileSync(path.join(source, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        CARELESS.some((pattern) => pattern.test(line)) && !/^\s*(?:\*|\/\/)/.test(line)
          ? [`${file}:${index + 1}: ${line.trim()}`]
          : [],
      ),
  );
  expect(found).toEqual([]);
});
