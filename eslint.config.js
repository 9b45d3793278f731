import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const TIME_AND_CHANCE = [
  { object: 'Date', property: 'now', message: 'Time comes in through the Clock port.' },
  { object: 'Math', property: 'random', message: 'Chance comes in through the Rng port.' },
  { object: 'performance', property: 'now', message: 'Time comes in through the Clock port.' },
];

const NEW_DATE = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Time comes in through the Clock port.',
};

/** Names that would tie the core to one place to run: a page, a worker or Node. */
const HOST_GLOBALS = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
  'fetch',
  'crypto',
  'performance',
  'window',
  'self',
  'globalThis',
  'document',
  'navigator',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'process',
  'Buffer',
  'require',
  'WebAssembly',
].map((name) => ({ name, message: 'The core runs anywhere: ask the world through a port.' }));

export default defineConfig(
  globalIgnores([
    'dist',
    'dist-cli',
    'coverage',
    'playwright-report',
    'test-results',
    '.cache',
    'src/i18n/paraglide',
    'project.inlang',
    'public',
    '.dependency-cruiser.cjs',
  ]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.lint.json', './tsconfig.workers.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'no-undef': 'off',
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false } },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      // A record of methods, a port with async members that happen not to wait, a bit loop with
      // a constant condition and an index signature are ordinary here.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: true },
      ],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: { 'max-lines': ['error', 400] },
  },
  {
    files: ['src/core/**/*.ts', 'src/virtual/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...HOST_GLOBALS],
      'no-restricted-properties': ['error', ...TIME_AND_CHANCE],
      'no-restricted-syntax': ['error', NEW_DATE],
    },
  },
  {
    files: ['src/{features,ui,state}/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'Worker', message: 'Workers are started in src/app/services.ts.' },
        { name: 'indexedDB', message: 'Storage comes in through the Store port.' },
        { name: 'fetch', message: 'Nothing leaves the page; assets come through platform.' },
      ],
      'no-restricted-properties': ['error', ...TIME_AND_CHANCE],
      'no-restricted-syntax': ['error', NEW_DATE],
    },
  },
  {
    files: ['src/**/*.tsx', 'src/{app,state,ui,features}/**/*.ts'],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    files: ['src/cli/**/*.ts', 'scripts/**/*.mjs', 'bench/**/*.{ts,mjs}'],
    rules: { 'no-console': 'off' },
  },
  {
    // Plain scripts have no `as`: what JSON.parse returns is typed by a JSDoc comment.
    files: ['{scripts,bench}/**/*.mjs'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
);
