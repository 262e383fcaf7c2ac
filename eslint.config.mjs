import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const nodeGlobals = [
  ...[
    'require',
    'module',
    'exports',
    '__dirname',
    '__filename',
    'process',
    'console',
    'Buffer',
    'URL',
    'performance',
  ],
  ...[
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'clearImmediate',
    'queueMicrotask',
  ],
  ...[
    'AbortController',
    'AbortSignal',
    'TextEncoder',
    'TextDecoder',
    'globalThis',
    'structuredClone',
    'fetch',
  ],
];

export default defineConfig(
  { ignores: ['**/node_modules/', 'dist/', 'coverage/', '.tmp/', 'examples/data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true, 'ts-ignore': true }],
      // `${number}` and `${boolean}` say what they mean.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // A leading underscore says that a parameter is there for its place only.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // What a user's code threw is handed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      eqeqeq: 'error',
    },
  },
  // As wide as code is; but for tables and the code of examples.
  {
    files: ['**/*.{ts,js,mjs}'],
    rules: {
      'max-len': [
        'error',
        {
          code: 1000,
          comments: 110,
          ignoreUrls: true,
          ignorePattern: '^\\s*\\* (?:\\||@example|import |const |await |app\\.)',
        },
      ],
    },
  },
  // Fake timers of a test runner replace them, and nobody advances time for what takes none.
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'queueMicrotask', message: 'use nextMicrotask of runtime/turns' },
        { name: 'setImmediate', message: 'use nextTurn of runtime/turns' },
      ],
    },
  },
  // Output and exit codes belong to the command line; the rest is handed a logger, one of which writes to the
  // console.
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**', 'src/app/consoleLogger.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['spec/**/*.ts'],
    rules: {
      // A spec hands in callbacks that are async without awaiting, to be what a user would write.
      '@typescript-eslint/require-await': 'off',
      // It takes methods out of what it tests to watch them.
      '@typescript-eslint/unbound-method': 'off',
      // Type tests end in @ts-expect-error with a reason.
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error', 'prefer-const': 'error', eqeqeq: 'error' },
  },
  { files: ['**/*.js', '**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
);
