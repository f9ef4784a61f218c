import nx from '@nx/eslint-plugin';
import * as jsonc from 'jsonc-eslint-parser';
import base from '../../eslint.config.mjs';

const SRC = 'src';
const FLOORS = [
  ['graph', 'generators', 'executors'],
  ['service', 'dockerfile', 'images', 'models', 'compat', 'findings', 'evaluation'],
  ['engine', 'files', 'network', 'registry', 'checkouts', 'screen'],
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

const SPAWNS = {
  selector: 'ImportDeclaration[source.value=/^(node:)?child_process$/]',
  message: 'Only engine/run-command.ts spawns.',
};

/** One place spawns, so that a command stays a value everywhere else. */
const oneSpawner = {
  files: [`${SRC}/**/*.ts`],
  ignores: [`${SRC}/engine/run-command.ts`, '**/*.spec.ts', `${SRC}/testing/**`],
  rules: { 'no-restricted-syntax': ['error', SPAWNS] },
};

/** Every nx command loads the graph, and most of the time that it takes would be that of loading @nx/devkit. */
const lightGraph = {
  files: [`${SRC}/plugin.ts`, `${SRC}/graph/**/*.ts`],
  ignores: ['**/*.spec.ts'],
  rules: {
    'no-restricted-syntax': [
      'error',
      SPAWNS,
      {
        selector: 'ImportDeclaration[source.value="@nx/devkit"][importKind!="type"]',
        message: 'The graph takes only types from @nx/devkit: to load it costs every nx command.',
      },
    ],
  },
};

export default [
  ...base,
  ...importDirection,
  oneSpawner,
  lightGraph,
  {
    files: ['{package,generators,executors}.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsonc },
    rules: { '@nx/nx-plugin-checks': 'error' },
  },
];
