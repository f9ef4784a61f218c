import { resolve } from 'node:path';
import type { ProjectRoots } from '../../images/projects';
import type { Mode } from '../../findings/verdict';
import { SERVICE_FILE, type Service } from '../../service/service';
import { TfodError, type Problem } from '../../values/tfod-error';
import type { ImageOptions } from '../image-options';
import type { GpuVerifyOptions } from './schema';

/** What is to be done, with every path absolute and every default in its place. */
export interface GpuVerifyRequest {
  readonly workspaceRoot: string;
  readonly service: Service;
  /** All of the workspace. */
  readonly projects: ProjectRoots;
  /** How docker-build makes its images. */
  readonly imageOptions: ImageOptions;
  readonly mode: Mode;
  readonly gpus: number;
  readonly targets: readonly string[];
  readonly driver: string | undefined;
  /** Undefined: a sample of the model. */
  readonly picture: string | undefined;
  readonly junit: string | undefined;
  /** How long each step of the probe may take. */
  readonly seconds: number;
  readonly json: boolean;
  readonly printJob: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
}

const SECONDS = 300;

/** Brings the options into one form; throws a TfodError with everything that is wrong with them. */
export function gpuVerifyRequest(
  workspaceRoot: string,
  service: Service,
  options: GpuVerifyOptions,
  projects: ProjectRoots = new Map([[service.name, service.root]]),
  imageOptions: ImageOptions = {},
): GpuVerifyRequest {
  const driver = options.driver === undefined ? undefined : String(options.driver);
  const targets = (options.gpuTargets ?? []).map((target) => target.trim()).filter((target) => target !== '');
  const problems = [
    ...noGpuVariant(service),
    ...conflicts(options),
    ...malformed(targets, driver),
    ...shortened(options),
  ];
  if (problems.length > 0) throw new TfodError(problems);
  const path = (written: string | undefined): string | undefined =>
    written === undefined ? undefined : resolve(workspaceRoot, written);
  return {
    workspaceRoot,
    service,
    projects,
    imageOptions,
    mode: options.mode ?? 'gpu',
    gpus: options.requireGpus ?? 1,
    targets,
    driver,
    picture: path(options.picture),
    junit: path(options.junit),
    seconds: options.timeout ?? SECONDS,
    json: options.json ?? false,
    printJob: options.print === 'k8s',
    dryRun: options.dryRun ?? false,
    verbose: options.verbose ?? false,
  };
}

function noGpuVariant({ name, root, variants }: Service): Problem[] {
  if (variants.includes('gpu')) return [];
  return [
    {
      code: 'VARIANT_NOT_THERE',
      what: `${name} has no gpu image`,
      where: `${root}/${SERVICE_FILE} "variants"`,
      expected: 'gpu among the variants',
      found: variants.join(', '),
      remedy: `run nx g tfod:service ${name} --directory=${root} --variants=gpu and add it to the variants`,
    },
  ];
}

type Option = keyof GpuVerifyOptions;
const NEVER_TOGETHER: readonly (readonly [Option, Option, string])[] = [
  ['dryRun', 'json', 'a dry run prints commands for a shell'],
  ['dryRun', 'junit', 'a dry run finds nothing'],
  ['dryRun', 'print', 'each prints something else'],
  ['print', 'json', 'what is printed is YAML'],
  ['print', 'junit', 'the Job runs elsewhere'],
  ['print', 'picture', 'the Job has the image alone'],
];

/** Options that cannot both be honoured. */
function conflicts(options: GpuVerifyOptions): Problem[] {
  const isGiven = (name: Option): boolean => options[name] !== undefined && options[name] !== false;
  const pairs = NEVER_TOGETHER.filter(([first, second]) => isGiven(first) && isGiven(second)).map(
    ([first, second, why]) => together(`--${first}`, `--${second}`, why),
  );
  const needGpu = (['requireGpus', 'picture', 'print'] as const).filter(isGiven);
  const inStatic = options.mode === 'static' ? needGpu : [];
  return [
    ...pairs,
    ...inStatic.map((name) => together('--mode=static', `--${name}`, 'static mode uses no GPU')),
  ];
}

function together(first: string, second: string, why: string): Problem {
  return {
    code: 'OPTION_UNSUPPORTED',
    what: `${first} and ${second} do not go together: ${why}`,
    where: `${first} ${second}`,
    remedy: 'leave one of them out',
  };
}

/** Numbers that may have lost a zero at their end: no part of a driver's version has more than three digits. */
const SHORTENED = /^\d+\.\d{1,2}$/;

/** On the command line, Nx makes a number of what looks like one: 550.90 becomes 550.9, which is an older driver. */
function shortened({ driver }: GpuVerifyOptions): Problem[] {
  if (typeof driver !== 'number' || !SHORTENED.test(String(driver))) return [];
  return [
    {
      code: 'DRIVER_IS_NUMBER',
      what: 'Nx reads this version of a driver as a number, so it may not be what was written',
      where: '--driver',
      expected: 'a version of three parts, such as 535.104.05',
      found: String(driver),
      remedy:
        'add .0 to a version of two parts, or put it in quotes in the options of the target in project.json',
    },
  ];
}

/** What the probe would refuse only after the image is built; which names of GPUs there are, it knows. */
function malformed(targets: readonly string[], driver: string | undefined): Problem[] {
  const wrong = targets.filter((target) => !/^[A-Za-z0-9][\w. -]*$/.test(target));
  return [
    ...wrong.map((target) => ({
      code: 'GPU_TARGET_MALFORMED',
      what: 'This is neither a compute capability nor a GPU',
      where: '--gpuTargets',
      expected: 'sm_75 or 7.5, or a name such as t4 or h100',
      found: JSON.stringify(target),
      remedy: 'correct the option',
    })),
    ...(driver === undefined || /^\d+(\.\d+){0,2}$/.test(driver)
      ? []
      : [
          {
            code: 'DRIVER_MALFORMED',
            what: 'This is not the version of a driver',
            where: '--driver',
            expected: 'a version such as 535.104.05',
            found: JSON.stringify(driver),
            remedy: 'write it as `nvidia-smi` prints it',
          },
        ]),
  ];
}
