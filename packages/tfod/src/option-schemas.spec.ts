import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shapesOfDeclaration, shapesOfSchema } from './testing/option-shapes';

const PACKAGE = join(__dirname, '..');

interface Entry {
  readonly schema: string;
  readonly description: string;
}

/** What `nx run` takes for itself, so that an executor never hears of it (shared-options of Nx 20 to 24). */
const TAKEN_BY_NX = new Set(
  'batch cloud configuration dte exclude excludeTaskDependencies graph help maxParallel nxBail nxIgnoreCycles parallel prod runner skipNxCache skipRemoteCache skipSync targets tui tuiAutoExit useAgents version'.split(
    ' ',
  ),
);

const ENTRIES = (['generators', 'executors'] as const).flatMap((kind) => {
  const collection = JSON.parse(readFileSync(join(PACKAGE, `${kind}.json`), 'utf8'));
  const entries = Object.entries(collection[kind] as Record<string, Entry>);
  return entries.map(([name, { schema }]): [string, string] => [`${kind}/${name}`, join(PACKAGE, schema)]);
});

describe.each(ENTRIES)('the options of %s', (_name, schema) => {
  it('are declared in TypeScript as the schema has them', () => {
    expect(shapesOfDeclaration(join(dirname(schema), 'schema.d.ts'))).toEqual(shapesOfSchema(schema));
  });

  it('are described, in camel case, and closed to others', () => {
    const { properties, additionalProperties } = JSON.parse(readFileSync(schema, 'utf8'));
    expect(additionalProperties).toBe(false);
    expect(Object.keys(properties).filter((option) => TAKEN_BY_NX.has(option))).toEqual([]);
    for (const [option, { description }] of Object.entries<{ description?: string }>(properties)) {
      expect(option).toMatch(/^[a-z][a-zA-Z0-9]*$/);
      expect(description).toMatch(/\.$/);
    }
  });
});

it('covers every generator and executor', () => {
  expect(ENTRIES.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'generators/init',
      'generators/service',
      'executors/docker-build',
      'executors/infer',
    ]),
  );
});
