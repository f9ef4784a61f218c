import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYS, OPTIONAL_KEYS, RULES, RUNTIME_KEYS, RUNTIME_RULES } from './rules';
import { VARIANTS } from './service';

const schema = (name: string) =>
  JSON.parse(readFileSync(join(__dirname, '../../schemas', `${name}.schema.json`), 'utf8'));
const SCHEMA = schema('tfod');
const RUNTIME_SCHEMA = schema('runtime');

describe('the schema that editors get', () => {
  it('knows the same keys as the parser', () => {
    expect(Object.keys(SCHEMA.properties)).toEqual(['$schema', ...KEYS, ...OPTIONAL_KEYS]);
    expect(SCHEMA.required).toEqual([...KEYS]);
    expect(SCHEMA.additionalProperties).toBe(false);
  });

  it('knows the same variants', () => {
    expect(SCHEMA.properties.variants.items.enum).toEqual(VARIANTS);
  });

  it.each(['demo', 'a.b_c-1', '', '..', 'a/b', '-a'])('agrees about the model name %j', (name) => {
    const accepted = new RegExp(SCHEMA.properties.model.pattern).test(name);
    expect(RULES.model(name, 'here').length === 0).toBe(accepted);
  });

  it.each([0, 1, 65535, 65536])('agrees about the port %d', (port) => {
    const { minimum, maximum } = SCHEMA.properties.port;
    expect(RULES.port(port, 'here').length === 0).toBe(port >= minimum && port <= maximum);
  });

  it('gives examples that are right', () => {
    for (const key of ['model', 'image', 'runtime'] as const) {
      expect(SCHEMA.properties[key].examples.flatMap((value: string) => RULES[key](value, 'here'))).toEqual(
        [],
      );
    }
  });
});

describe('the schema of a runtime', () => {
  it('knows the same keys as the parser', () => {
    expect(Object.keys(RUNTIME_SCHEMA.properties)).toEqual(['$schema', ...RUNTIME_KEYS]);
    expect(RUNTIME_SCHEMA.required).toEqual([...RUNTIME_KEYS]);
    expect(RUNTIME_SCHEMA.additionalProperties).toBe(false);
  });

  it('knows the same kind and variants', () => {
    expect(RUNTIME_RULES.kind(RUNTIME_SCHEMA.properties.kind.const, 'here')).toEqual([]);
    expect(RUNTIME_SCHEMA.properties.variants).toEqual({
      ...SCHEMA.properties.variants,
      description: expect.any(String),
    });
  });
});
