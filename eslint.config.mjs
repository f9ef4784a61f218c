import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import * as jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

const SRC = 'packages/tfod/src';
const FLOORS = [
  ['graph', 'generators', 'executors'],
  ['service', 'dockerfile', 'images', 'models', 'compat'],
  ['engine', 'files'],
  ['values'],
];

/** The house of docs/architecture.md: a folder may import its own floor and the floors below, never above. */
const importDirection = FLOORS.flatMap((floor, level) =>
  floor.map((room) => ({
    files: [`${SRC}/${room}/**/*.ts`],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^\\.\\.?/(.*/)?(${[...FLOORS.slice(0, level).flat(), 'testing'].join('|')})/`,
              message: 'Imports go down only: doors, domain, machine, values (docs/architecture.md).',
            },
          ],
        },
      ],
    },
  })),
);

/** One place spawns, so that a command stays a value everywhere else. */
const oneSpawner = {
  files: [`${SRC}/**/*.ts`],
  ignores: [`${SRC}/engine/run-command.ts`, '**/*.spec.ts', `${SRC}/testing/**`],
  rules: {
    'no-restricted-syntax': [
      'error',
      {
        selector: 'ImportDeclaration[source.value=/^(node:)?child_process$/]',
        message: 'Only engine/run-command.ts spawns.',
      },
    ],
  },
};

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '**/.venv', '**/.nx', `${SRC}/generators/*/files`, '**/tmp'] },
  {
    files: ['**/*.{ts,mjs,cjs}'],
    extends: [js.configs.recommended, ...tseslint.configs.recommended, prettier],
  },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        structuredClone: 'readonly',
        performance: 'readonly',
      },
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  ...importDirection,
  oneSpawner,
  {
    files: ['packages/tfod/{package,generators,executors}.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsonc },
    rules: { '@nx/nx-plugin-checks': 'error' },
  },
);
