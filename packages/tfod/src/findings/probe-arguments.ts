/** What the probe is to look for, beyond what it finds in the image. */
export interface ProbeDemands {
  /** Leave the GPUs out. */
  readonly isStatic: boolean;
  /** `sm_75`, `h100`. */
  readonly targets: readonly string[];
  readonly driver: string | undefined;
  readonly gpus: number;
  /** For the model of the image, a path in the container; undefined: the model is left out. */
  readonly picture: string | undefined;
  /** The version in the lock file. */
  readonly tensorflow: string | undefined;
  /** How long each step may take. */
  readonly seconds: number;
}

/** The probe looks in at most so many steps, each in a process of its own. */
export const STEPS = 8;

export const PROBE = ['-m', 'tfod_runtime.probe'] as const;

/** The arguments of `python` that start the probe. */
export function probeArguments(demands: ProbeDemands): string[] {
  const { isStatic, targets, driver, gpus, picture, tensorflow, seconds } = demands;
  const option = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [name, value];
  return [
    ...PROBE,
    ...(isStatic ? ['--static'] : ['--require-gpus', String(gpus)]),
    ...option('--targets', targets.length === 0 ? undefined : targets.join(',')),
    ...option('--driver', driver),
    ...option('--expect-tensorflow', tensorflow),
    ...(isStatic ? [] : pictureArguments(picture)),
    ...option('--timeout', String(seconds)),
  ];
}

/** The pictures of a model are not in its image, so without one the stage `model` can only fail. */
function pictureArguments(picture: string | undefined): string[] {
  return picture === undefined ? ['--stage', 'image,framework,work'] : ['--picture', picture];
}
