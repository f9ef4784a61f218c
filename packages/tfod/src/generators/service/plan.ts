import type { ShippedLock } from '../../compat/shipped-locks';
import { noRuntime, noSuchProject, variantProblems } from '../../service/runtime-problems';
import { SERVICE_FILE, VARIANTS, type Runtime, type Service } from '../../service/service';
import { parseServiceName, type ServiceName } from '../../service/service-name';
import { isVariant, type Variant } from '../../service/variant';
import { TfodError, type Problem } from '../../values/tfod-error';
import { placeProblems } from '../project/place';
import { chooseVersions, isJoined, isMove, lockInUse, versionsText } from '../project/versions';
import type { WorkspaceFacts } from '../project/workspace-facts';
import { optionProblems, type Asked } from './options';
import type { NamedRuntime } from './runtime-facts';

/** What the service image stands on: images of its own with the versions of a set, or those of a runtime. */
export type Below =
  | { readonly lock: ShippedLock; readonly linuxDriver: string; readonly runtime?: never }
  | { readonly runtime: Runtime; readonly lock?: never };

/** What is to be generated: everything has been checked, nothing has been written. */
export interface ServicePlan {
  readonly name: ServiceName;
  readonly service: Service;
  readonly tags: readonly string[];
  readonly below: Below;
  /** What stood there before; undefined for a new service. */
  readonly before: ServiceBefore | undefined;
  /** Whether it is to stand on something else than before. */
  readonly moves: boolean;
  /** What was asked for and is not done, because a file that stands there says otherwise. */
  readonly notes: readonly string[];
}

/** A service that is there, and what it stands on if that can be told. */
export interface ServiceBefore {
  readonly service: Service;
  readonly below: Below | undefined;
}

/** Decides what to generate; throws a `TfodError` with everything that speaks against it. */
export function planService(
  asked: Asked,
  facts: WorkspaceFacts,
  named: NamedRuntime | undefined,
): ServicePlan {
  const existing = facts.existing?.kind === undefined ? facts.existing : undefined;
  const service = serviceOf(asked, existing);
  const { below, problems: belowProblems } = named
    ? onRuntime(asked, service, facts, named)
    : onItsOwn(asked, service, facts);
  const problems = [
    ...optionProblems(asked),
    ...placeProblems(asked, 'service', facts),
    ...facts.existingProblems,
    ...belowProblems,
  ];
  if (problems.length > 0 || !below) throw new TfodError(problems);
  const from = existing && belowBefore(existing, facts, below);
  return {
    name: parseServiceName(asked.name),
    service,
    tags: asked.tags,
    below,
    before: existing && { service: existing, below: from },
    moves: isMove(asked, from && belowText(from), {
      to: belowText(below),
      isJoined: isJoined(asked, service.variants.filter(isVariant), facts),
    }),
    notes: keptSettings(asked, existing),
  };
}

/** For people: `TensorFlow 2.21 on Python 3.13`, or `the runtime ml`. */
export function belowText({ lock, runtime }: Below): string {
  return lock ? versionsText(lock) : `the runtime ${runtime.name}`;
}

/** The settings that stand in a tfod.json win; the files of a variant that is asked for are added to them. */
function serviceOf({ name, directory, settings }: Asked, existing: Service | undefined): Service {
  const variants = new Set<Variant>([...(existing?.variants ?? []), ...(settings.variants ?? [])]);
  const { model = 'demo', image = name, port = 8080 } = { ...settings, ...existing };
  const runtime = settings.runtime ?? existing?.runtime;
  return {
    name,
    root: directory,
    variants: variants.size === 0 ? ['cpu'] : VARIANTS.filter((variant) => variants.has(variant)),
    model,
    image,
    port,
    ...(runtime !== undefined && { runtime }),
  };
}

interface BelowChoice {
  readonly below?: Below;
  readonly problems: readonly Problem[];
}

function onItsOwn(asked: Asked, { variants }: Service, facts: WorkspaceFacts): BelowChoice {
  const { lock, problems } = chooseVersions(asked, variants.filter(isVariant), facts);
  return lock ? { below: ownImages(lock, facts), problems: [] } : { problems };
}

function ownImages(lock: ShippedLock, { matrix }: WorkspaceFacts): Below {
  const release = matrix.find((row) => row.tensorflow === lock.tensorflow);
  return { lock, linuxDriver: release?.linuxDriver ?? 'unknown' };
}

function onRuntime(
  asked: Asked,
  service: Service,
  { projects }: WorkspaceFacts,
  named: NamedRuntime,
): BelowChoice {
  const where =
    asked.settings.runtime === undefined ? `${service.root}/${SERVICE_FILE} "runtime"` : '--runtime';
  const versions = (['tensorflow', 'python'] as const)
    .filter((tool) => asked[tool] !== undefined)
    .map((tool) => versionOfRuntime(tool, asked[tool] ?? '', named));
  const fault = (problem: Problem): BelowChoice => ({ problems: [...versions, problem] });
  if (named.root === undefined) return fault(noSuchProject(named.name, [...projects.keys()], where));
  if (named.problems.length > 0) return { problems: [...versions, ...named.problems] };
  if (named.project?.kind !== 'runtime') return fault(noRuntime(named.name, named.project, where));
  const problems = variantProblems(service, named.project, service.variants.filter(isVariant));
  return { below: { runtime: named.project }, problems: [...versions, ...problems] };
}

function versionOfRuntime(
  tool: 'tensorflow' | 'python',
  version: string | number,
  { name }: NamedRuntime,
): Problem {
  return {
    code: 'OPTION_UNSUPPORTED',
    what: `--${tool} and a runtime do not go together: ${name} decides the versions of all its services`,
    where: `--${tool}`,
    found: String(version),
    remedy: `leave it out; nx g tfod:runtime ${name} --${tool}=${version} changes the runtime`,
  };
}

function belowBefore({ runtime, variants }: Service, facts: WorkspaceFacts, below: Below): Below | undefined {
  if (runtime !== undefined) return below.runtime?.name === runtime ? below : undefined;
  const lock = lockInUse(variants, facts);
  return lock && ownImages(lock, facts);
}

function keptSettings({ settings }: Asked, existing: Service | undefined): readonly string[] {
  if (!existing) return [];
  return (Object.keys(settings) as (keyof typeof settings)[])
    .filter((key) => key !== 'runtime')
    .map((key) => ({ key, asked: JSON.stringify(settings[key]), kept: JSON.stringify(existing[key]) }))
    .filter(({ asked, kept }) => asked !== kept)
    .map(
      ({ key, asked, kept }) =>
        `${existing.root}/${SERVICE_FILE} still says "${key}": ${kept}; edit it to have ${asked}`,
    );
}
