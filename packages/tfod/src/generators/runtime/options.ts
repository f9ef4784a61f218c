import { RUNTIME_RULES } from '../../service/rules';
import type { Runtime } from '../../service/service';
import { serviceNameProblem } from '../../service/service-name';
import type { Problem } from '../../values/tfod-error';
import { cleanPath, directoryProblems, listOf, type AskedProject } from '../project/options';
import type { RuntimeOptions } from './schema';

/** What was asked for, brought into one form; what was left out is not there. */
export interface AskedRuntime extends AskedProject {
  /** The keys of a tfod.json; not checked before `optionProblems` finds nothing. */
  readonly settings: Partial<Pick<Runtime, 'variants' | 'image'>>;
}

const USUAL_FOLDER = 'libs';

/** Brings the options into one form; decides nothing. */
export function normaliseOptions(options: RuntimeOptions): AskedRuntime {
  const { name, tensorflow, python, image } = options;
  const variants = listOf(options.variants);
  return {
    name,
    directory: cleanPath(options.directory ?? `${USUAL_FOLDER}/${name}`),
    tags: listOf(options.tags),
    ...(tensorflow !== undefined && { tensorflow }),
    ...(python !== undefined && { python }),
    settings: {
      ...(variants.length > 0 && { variants: variants as Runtime['variants'] }),
      ...(image !== undefined && { image }),
    },
  };
}

/** Everything that is wrong with the options by themselves, whatever stands in the workspace. */
export function optionProblems({ name, directory, settings }: AskedRuntime): readonly Problem[] {
  const nameProblem = serviceNameProblem(name);
  return [
    ...(nameProblem ? [nameProblem] : []),
    // A bad name makes a bad default of the directory; one complaint is enough.
    ...(nameProblem ? [] : directoryProblems(directory, USUAL_FOLDER)),
    ...Object.entries(settings).flatMap(([key, value]) =>
      RUNTIME_RULES[key as keyof typeof settings](value, `--${key}`),
    ),
  ];
}
