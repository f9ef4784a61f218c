import { versionText } from '../../compat/matrix';
import type { ShippedLock } from '../../compat/shipped-locks';
import { chooseToolchain, type Toolchain } from '../../compat/toolchain';
import { SERVICE_FILE, VARIANTS, type Service } from '../../service/service';
import { parseServiceName, type ServiceName } from '../../service/service-name';
import { isVariant, type Variant } from '../../service/variant';
import { TfodError, type Problem } from '../../values/tfod-error';
import { optionProblems, type Asked } from './options';
import type { WorkspaceFacts } from './workspace-facts';

/** What is to be generated: everything has been checked, nothing has been written. */
export interface ServicePlan {
  readonly name: ServiceName;
  readonly service: Service;
  readonly tags: readonly string[];
  /** The requirements that are copied, and the versions that go with them. */
  readonly lock: ShippedLock;
  /** The oldest Linux driver of NVIDIA for the GPU image. */
  readonly linuxDriver: string;
  /** Whether a service of this name stood there before. */
  readonly isNew: boolean;
  /** What was asked for and is not done, because a file that stands there says otherwise. */
  readonly notes: readonly string[];
}

/** Decides what to generate; throws a `TfodError` with everything that speaks against it. */
export function planService(asked: Asked, facts: WorkspaceFacts): ServicePlan {
  const service = serviceOf(asked, facts.service);
  const wanted = wantedVersions(asked, facts);
  const { tensorflow = wanted.tensorflow, python = wanted.python } = facts.inUse;
  const variants = service.variants.filter(isVariant);
  const choice = chooseToolchain({ tensorflow, python, variants }, facts.matrix, facts.locks);
  const problems = [
    ...optionProblems(asked),
    ...placeProblems(asked, facts),
    ...facts.serviceProblems,
    ...(choice.problems ?? []),
  ];
  if (problems.length > 0 || !choice.lock) throw new TfodError(problems);
  const release = facts.matrix.find((row) => row.tensorflow === choice.lock.tensorflow);
  return {
    name: parseServiceName(asked.name),
    service,
    tags: asked.tags,
    lock: choice.lock,
    linuxDriver: release?.linuxDriver ?? 'unknown',
    isNew: facts.service === undefined,
    notes: [...keptSettings(asked, facts.service), ...keptToolchain(asked.directory, wanted, facts.inUse)],
  };
}

/** The settings that stand in a tfod.json win; the files of a variant that is asked for are added to them. */
function serviceOf({ name, directory, settings }: Asked, existing: Service | undefined): Service {
  const variants = new Set<Variant>([...(existing?.variants ?? []), ...(settings.variants ?? [])]);
  const { model = 'demo', image = name, port = 8080 } = { ...settings, ...existing };
  return {
    name,
    root: directory,
    variants: variants.size === 0 ? ['cpu'] : VARIANTS.filter((variant) => variants.has(variant)),
    model,
    image,
    port,
  };
}

function placeProblems({ name, directory }: Asked, facts: WorkspaceFacts): readonly Problem[] {
  const owner = [...facts.projects].find(([, root]) => root === directory)?.[0];
  const root = facts.projects.get(name);
  const problems: Problem[] = [];
  if (root !== undefined && root !== directory) {
    problems.push({
      code: 'PROJECT_EXISTS',
      what: `There is a project "${name}" already`,
      where: root,
      remedy: `choose another name, or use --directory=${root} to complete that project if it is a service`,
    });
  }
  if (owner !== undefined && owner !== name) {
    problems.push({
      code: 'DIRECTORY_TAKEN',
      what: `The folder belongs to the project "${owner}"`,
      where: directory,
      remedy: 'choose another --directory',
    });
  } else if (facts.occupants.length > 0 && !facts.occupants.includes(`${directory}/${SERVICE_FILE}`)) {
    problems.push({
      code: 'DIRECTORY_NOT_EMPTY',
      what: 'The folder holds files of something else',
      where: directory,
      expected: `an empty folder, or a service with its ${SERVICE_FILE}`,
      found: `${facts.occupants.slice(0, 3).join(', ')}${facts.occupants.length > 3 ? ', …' : ''}`,
      remedy: 'choose another --directory, or move the files away',
    });
  }
  return problems;
}

function keptSettings({ settings }: Asked, existing: Service | undefined): readonly string[] {
  if (!existing) return [];
  return (Object.keys(settings) as (keyof typeof settings)[])
    .map((key) => ({ key, asked: JSON.stringify(settings[key]), kept: JSON.stringify(existing[key]) }))
    .filter(({ asked, kept }) => asked !== kept)
    .map(
      ({ key, asked, kept }) =>
        `${existing.root}/${SERVICE_FILE} still says "${key}": ${kept}; edit it to have ${asked}`,
    );
}

interface Versions {
  readonly tensorflow: string | undefined;
  readonly python: string | undefined;
}

function wantedVersions({ tensorflow, python }: Asked, { matrix }: WorkspaceFacts): Versions {
  const known = {
    tensorflow: matrix.map((row) => row.tensorflow),
    python: matrix.flatMap((row) => row.pythons),
  };
  return {
    tensorflow: tensorflow === undefined ? undefined : versionText(tensorflow, known.tensorflow),
    python: python === undefined ? undefined : versionText(python, known.python),
  };
}

function keptToolchain(directory: string, wanted: Versions, inUse: Partial<Toolchain>): readonly string[] {
  return (['tensorflow', 'python'] as const).flatMap((tool) => {
    const [want, have] = [wanted[tool], inUse[tool]];
    if (want === undefined || have === undefined || want === have || want.startsWith(`${have}.`)) return [];
    return [
      `${tool} stays ${have}; to have ${want}, delete docker/ and requirements/ of ${directory} and run this again`,
    ];
  });
}
