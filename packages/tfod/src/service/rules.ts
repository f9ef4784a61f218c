import { parseRepository } from '../values/image-ref';
import { nearestWord } from '../values/nearest-word';
import { TfodError, type Problem } from '../values/tfod-error';
import { isVariant, VARIANTS } from './variant';

/** The keys of a service's tfod.json that must be there. */
export const KEYS = ['variants', 'model', 'image', 'port'] as const;
/** Those that may be. */
export const OPTIONAL_KEYS = ['runtime'] as const;
export type Key = (typeof KEYS)[number] | (typeof OPTIONAL_KEYS)[number];

/** The keys of a runtime's tfod.json, all of which must be there. */
export const RUNTIME_KEYS = ['kind', 'variants', 'image'] as const;

/** What one value breaks; `where` names the file or the option that it was written in. */
export type Rule = (value: unknown, where: string) => readonly Problem[];

/** One rule for each key, also for the option of the same name with which a service is generated. */
export const RULES: Readonly<Record<Key, Rule>> = {
  variants: variantsRule,
  model: modelRule,
  image: imageRule,
  port: portRule,
  runtime: runtimeRule,
};

/** The same for the keys of a runtime. */
export const RUNTIME_RULES: Readonly<Record<(typeof RUNTIME_KEYS)[number], Rule>> = {
  kind: kindRule,
  variants: variantsRule,
  image: imageRule,
};

/** The keys that a tfod.json should have and those that it should not; `$schema` is always welcome. */
export function keysRule(
  written: Readonly<Record<string, unknown>>,
  where: string,
  { required, optional }: { readonly required: readonly Named[]; readonly optional: readonly Named[] },
): readonly Problem[] {
  const known: readonly string[] = [...required, ...optional];
  const missing = required
    .filter((key) => !(key in written))
    .map((key) => ({
      code: 'SERVICE_KEY_MISSING',
      what: `"${key}" is missing`,
      where,
      remedy: `add ${EXAMPLE[key]}`,
    }));
  const unknown = Object.keys(written)
    .filter((key) => key !== '$schema' && !known.includes(key))
    .map((key) => unknownKey(key, where, known));
  return [...missing, ...unknown];
}

type Named = Key | (typeof RUNTIME_KEYS)[number];

const EXAMPLE: Readonly<Record<Named, string>> = {
  kind: '"kind": "runtime"',
  variants: '"variants": ["cpu"]',
  model: '"model": "demo"',
  image: '"image": "parking"',
  port: '"port": 8080',
  runtime: '"runtime": "ml"',
};

function unknownKey(key: string, where: string, known: readonly string[]): Problem {
  const meant = nearestWord(key, known);
  return {
    code: 'SERVICE_KEY_UNKNOWN',
    what: `"${key}" is not known`,
    where,
    expected: known.join(', '),
    remedy: meant === undefined ? 'remove it' : `did you mean "${meant}"?`,
  };
}

function variantsRule(value: unknown, where: string): readonly Problem[] {
  const expected = `one or more of ${VARIANTS.join(', ')}`;
  if (!Array.isArray(value) || value.length === 0) {
    return [
      refuse('SERVICE_VARIANTS', 'These are no variants', {
        where,
        expected,
        value,
        remedy: 'write cpu, gpu, lite or several of them',
      }),
    ];
  }
  const strangers = value
    .filter((variant) => !isVariant(variant))
    .map((variant: unknown) => {
      const meant = typeof variant === 'string' ? nearestWord(variant, VARIANTS) : undefined;
      const remedy = meant === undefined ? `choose among ${VARIANTS.join(', ')}` : `did you mean "${meant}"?`;
      return refuse('SERVICE_VARIANT_UNKNOWN', 'This is not a variant', {
        where,
        expected,
        value: variant,
        remedy,
      });
    });
  const repeated = value.find((variant, index) => value.indexOf(variant) !== index);
  if (repeated === undefined) return strangers;
  const remedy = 'name each variant once';
  return [
    ...strangers,
    refuse('SERVICE_VARIANTS', 'A variant is named twice', { where, expected, value, remedy }),
  ];
}

function modelRule(value: unknown, where: string): readonly Problem[] {
  if (typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)) return [];
  const expected = 'the name of a folder under models/: letters, digits, dots, hyphens and underscores';
  const remedy = 'name the folder that holds model.json and saved_model/';
  return [refuse('SERVICE_MODEL', 'This is not the name of a model', { where, expected, value, remedy })];
}

function imageRule(value: unknown, where: string): readonly Problem[] {
  const facts = {
    where,
    value,
    expected: 'a repository without tag and digest, such as parking or registry.example:5000/team/parking',
    remedy: 'leave out tag and digest, which each build decides, and write the path in lower case',
  };
  const problem = refuse('SERVICE_IMAGE', 'This is not the repository of an image', facts);
  if (typeof value !== 'string') return [problem];
  try {
    parseRepository(value);
    return [];
  } catch (error) {
    if (error instanceof TfodError) return [problem];
    throw error;
  }
}

function portRule(value: unknown, where: string): readonly Problem[] {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535) return [];
  const expected = 'a whole number from 1 to 65535';
  return [
    refuse('SERVICE_PORT', 'This is not a port', {
      where,
      expected,
      value,
      remedy: 'write a port such as 8080',
    }),
  ];
}

function runtimeRule(value: unknown, where: string): readonly Problem[] {
  if (typeof value === 'string' && value.trim() !== '') return [];
  const expected = 'the name of the Nx project whose images the service stands on';
  const remedy = 'name a project that nx g tfod:runtime made, or leave it out to have images of its own';
  return [refuse('SERVICE_RUNTIME', 'This is not the name of a runtime', { where, expected, value, remedy })];
}

function kindRule(value: unknown, where: string): readonly Problem[] {
  if (value === 'runtime') return [];
  const remedy = 'write "runtime", or leave it out for a service';
  return [
    refuse('KIND_UNKNOWN', 'This is no kind of project', { where, expected: '"runtime"', value, remedy }),
  ];
}

interface Facts {
  readonly where: string;
  readonly expected: string;
  readonly value: unknown;
  readonly remedy: string;
}

function refuse(code: string, what: string, { where, expected, value, remedy }: Facts): Problem {
  return { code, what, where, expected, found: JSON.stringify(value) ?? 'nothing', remedy };
}
