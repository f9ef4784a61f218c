import { RULES } from '../../service/rules';
import { serviceNameProblem } from '../../service/service-name';
import type { Service } from '../../service/service';
import type { Problem } from '../../values/tfod-error';
import type { ServiceOptions } from './schema';

/** What was asked for in so many words, brought into one form; what was left out is not there. */
export interface Asked {
  readonly name: string;
  /** With forward slashes, without slashes at its ends. */
  readonly directory: string;
  readonly tags: readonly string[];
  /** As written, or the number that Nx made of it. */
  readonly tensorflow?: string | number;
  readonly python?: string | number;
  /** The keys of a tfod.json; not checked before `optionProblems` finds nothing. */
  readonly settings: Partial<Pick<Service, 'variants' | 'model' | 'image' | 'port'>>;
}

/** Brings the options into one form; decides nothing. */
export function normaliseOptions(options: ServiceOptions): Asked {
  const { name, tensorflow, python, model, image, port } = options;
  const variants = listOf(options.variants);
  return {
    name,
    directory: cleanPath(options.directory ?? `apps/${name}`),
    tags: listOf(options.tags),
    ...(tensorflow !== undefined && { tensorflow }),
    ...(python !== undefined && { python }),
    settings: {
      ...(variants.length > 0 && { variants: variants as Service['variants'] }),
      ...(model !== undefined && { model }),
      ...(image !== undefined && { image }),
      ...(port !== undefined && { port }),
    },
  };
}

/** Everything that is wrong with the options by themselves, whatever stands in the workspace. */
export function optionProblems({ name, directory, settings }: Asked): readonly Problem[] {
  const nameProblem = serviceNameProblem(name);
  return [
    ...(nameProblem ? [nameProblem] : []),
    // A bad name makes a bad default of the directory; one complaint is enough.
    ...(nameProblem ? [] : directoryProblems(directory)),
    ...Object.entries(settings).flatMap(([key, value]) =>
      RULES[key as keyof typeof RULES](value, `--${key}`),
    ),
  ];
}

function directoryProblems(directory: string): readonly Problem[] {
  const outside = directory.startsWith('/') || /^[a-z]:/i.test(directory);
  if (directory !== '' && !outside && !directory.split('/').includes('..')) return [];
  return [
    {
      code: 'DIRECTORY_OUTSIDE',
      what: 'A service needs a folder of its own in the workspace',
      where: '--directory',
      expected: 'a path from the workspace root, such as apps/parking',
      found: JSON.stringify(directory),
      remedy: 'leave --directory out to take apps/<name>',
    },
  ];
}

function listOf(written: string | readonly string[] | undefined): readonly string[] {
  const items = typeof written === 'string' ? written.split(',') : (written ?? []);
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

function cleanPath(written: string): string {
  const parts = written.replaceAll('\\', '/').split('/');
  const inside = parts.filter((part) => part !== '' && part !== '.').join('/');
  return parts[0] === '' ? `/${inside}` : inside;
}
