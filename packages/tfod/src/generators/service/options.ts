import { RULES } from '../../service/rules';
import { serviceNameProblem } from '../../service/service-name';
import type { Service } from '../../service/service';
import type { Problem } from '../../values/tfod-error';
import { cleanPath, directoryProblems, listOf, nameAsWritten, type AskedProject } from '../project/options';
import type { ServiceOptions } from './schema';

/** What was asked for in so many words, brought into one form; what was left out is not there. */
export interface Asked extends AskedProject {
  /** The keys of a tfod.json; not checked before `optionProblems` finds nothing. */
  readonly settings: Partial<Pick<Service, 'variants' | 'model' | 'image' | 'port' | 'runtime'>>;
}

const USUAL_FOLDER = 'apps';

/** Brings the options into one form; decides nothing. */
export function normaliseOptions(options: ServiceOptions): Asked {
  const { name, tensorflow, python, model, image, port, runtime } = options;
  const variants = listOf(options.variants);
  return {
    name,
    directory: cleanPath(options.directory ?? `${USUAL_FOLDER}/${name}`),
    tags: listOf(options.tags),
    ...(tensorflow !== undefined && { tensorflow }),
    ...(python !== undefined && { python }),
    settings: {
      ...(variants.length > 0 && { variants: variants as Service['variants'] }),
      ...(model !== undefined && { model: nameAsWritten(model) as Service['model'] }),
      ...(image !== undefined && { image }),
      ...(port !== undefined && { port }),
      ...(runtime !== undefined && { runtime }),
    },
  };
}

/** Everything that is wrong with the options by themselves, whatever stands in the workspace. */
export function optionProblems(asked: Asked): readonly Problem[] {
  const { name, directory, settings } = asked;
  const nameProblem = serviceNameProblem(name);
  return [
    ...(nameProblem ? [nameProblem] : []),
    // A bad name makes a bad default of the directory; one complaint is enough.
    ...(nameProblem ? [] : directoryProblems(directory, USUAL_FOLDER)),
    ...Object.entries(settings).flatMap(([key, value]) =>
      RULES[key as keyof typeof RULES](value, `--${key}`),
    ),
  ];
}
