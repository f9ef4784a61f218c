import type { Variant } from '../../service/variant';
import { contentId, seenFile, type Content } from './content';
import {
  lineText,
  nodesOf,
  WHEEL,
  type Fleet,
  type FleetService,
  type IgnoreLine,
  type Line,
  type Project,
} from './fleet';
import { SourceMissing, visible } from './visible';

/** An image that a service needs, by what it must be made from. */
export interface WantedImage {
  readonly id: string;
  readonly content: Content;
  /** Where a registry would have it; undefined without one. */
  readonly repository?: string;
  readonly parents: readonly WantedImage[];
}

/** What a service's images must be; undefined when Docker could not build them for a missing source. */
export function wantedImages(
  fleet: Fleet,
  name: string,
): Readonly<Partial<Record<Variant, WantedImage>>> | undefined {
  const service = fleet.projects[name]?.service;
  try {
    return Object.fromEntries(
      (service?.variants ?? []).map((variant) => [
        variant,
        serviceImage(fleet, name, variant, fleet.buildArgs),
      ]),
    );
  } catch (error) {
    if (error instanceof SourceMissing) return undefined;
    throw error;
  }
}

/**
 * The ids of the images that have to be built, and of no others: an image that is there is not built, and what is
 * only below such an image is not needed.
 */
export function minimalSet(
  wanted: Readonly<Partial<Record<Variant, WantedImage>>>,
  isThere: (image: WantedImage) => boolean,
): ReadonlySet<string> {
  const needed = new Set<string>();
  const visit = (image: WantedImage): void => {
    if (isThere(image)) return;
    needed.add(image.id);
    image.parents.forEach(visit);
  };
  Object.values(wanted).forEach(visit);
  return needed;
}

/** The arguments that a service can be given: those of its own Dockerfiles. */
export function declaredArgs({ dockerfiles, variants }: FleetService): ReadonlySet<string> {
  const files = ['docker/base.Dockerfile', 'Dockerfile', ...variants.map(runtimeDockerfile)];
  const lines = files.flatMap((file) => usedLines(dockerfiles[file] ?? []));
  return new Set(lines.flatMap((line) => (line.kind === 'arg' ? [line.name] : [])));
}

function runtimeDockerfile(variant: Variant): string {
  return `docker/${variant === 'cpu' ? 'tf' : 'gpu'}.Dockerfile`;
}

type Args = Readonly<Record<string, string>>;

function serviceImage(fleet: Fleet, name: string, variant: Variant, args: Args): WantedImage {
  // A chain is looked through as a whole, also where the service stands on something else.
  const runtime = chainImage(fleet, name, variant === 'cpu' ? 'tf' : 'gpu', args);
  return imageOf({ fleet, name, args, role: 'service', variant, dockerfile: 'Dockerfile' }, (alias) => {
    if (alias === 'runtime') return runtime;
    // The arguments of a command line are for the service that it names.
    return fleet.projects[alias]?.service ? serviceImage(fleet, alias, variant, {}) : undefined;
  });
}

function chainImage(fleet: Fleet, name: string, role: string, args: Args): WantedImage {
  const variant = ({ tf: 'cpu', gpu: 'gpu' } as const)[role];
  return imageOf({ fleet, name, args, role, variant, dockerfile: `docker/${role}.Dockerfile` }, (alias) =>
    alias === 'base' && role !== 'base' ? chainImage(fleet, name, 'base', args) : undefined,
  );
}

interface Place {
  readonly fleet: Fleet;
  readonly name: string;
  readonly args: Args;
  readonly role: string;
  readonly variant: Variant | undefined;
  readonly dockerfile: string;
}

function imageOf(place: Place, parentNamed: (alias: string) => WantedImage | undefined): WantedImage {
  const { fleet, name, role, variant, dockerfile } = place;
  const project = fleet.projects[name] as Project & { service: FleetService };
  const lines = usedLines(project.service.dockerfiles[dockerfile] ?? []);
  const args = valuesOf(lines, { MODEL: project.service.model, ...place.args });
  const sources = sourcesByName(lines, args);
  const parents: Record<string, WantedImage> = {};
  const named: Record<string, Seen> = {};
  const externals: Record<string, string> = {};
  for (const [alias, paths] of sources) {
    if (alias === '') continue;
    const parent = parentNamed(alias);
    if (parent) parents[alias] = parent;
    else if (alias === 'tfod-runtime') named[alias] = { [WHEEL]: seenFile(fleet.wheel, false) };
    else if (fleet.projects[alias]) named[alias] = seenIn(fleet.projects[alias], '.dockerignore', paths);
    else externals[alias] = fleet.pins[alias] ?? 'no pin';
  }
  const content: Content = {
    role,
    variant,
    dockerfile: lines.map(lineText),
    args,
    context: seenIn(project, ignoreFile(project, dockerfile), sources.get('') ?? []),
    named,
    externals,
    parents: Object.fromEntries(Object.entries(parents).map(([alias, { id }]) => [alias, id])),
  };
  return {
    id: contentId(content),
    content,
    parents: Object.values(parents),
    ...(fleet.registry !== undefined && {
      repository: `${fleet.registry}/${repositoryOf(role, project.service.image)}`,
    }),
  };
}

/** Images below a service have names that all services of the account share. */
function repositoryOf(role: string, image: string): string {
  return role === 'service' ? image : `${image.slice(0, image.lastIndexOf('/'))}/tfod-${role}`;
}

function ignoreFile({ ignores }: Project, dockerfile: string): string {
  const own = `${dockerfile}.dockerignore`;
  return own in ignores ? own : '.dockerignore';
}

type Seen = Readonly<Record<string, string>>;
/** A project never changes, so what is seen of it stays true. */
const SEEN = new WeakMap<Project, Map<string, Seen>>();

function seenIn(project: Project, ignoreFile: string, sources: readonly string[]): Seen {
  const known = SEEN.get(project) ?? new Map<string, Seen>();
  SEEN.set(project, known);
  const question = JSON.stringify([ignoreFile, sources]);
  const ignores: readonly IgnoreLine[] = project.ignores[ignoreFile] ?? [];
  const seen = known.get(question) ?? visible(nodesOf(project), ignores, sources);
  known.set(question, seen);
  return seen;
}

/** The lines of the last stage and of those that it takes from, without comments. */
function usedLines(lines: readonly Line[]): readonly Line[] {
  const stages: { name: string | undefined; lines: Line[] }[] = [];
  for (const line of lines) {
    if (line.kind === 'from') stages.push({ name: line.as, lines: [line] });
    else if (line.kind !== 'comment') stages.at(-1)?.lines.push(line);
  }
  const used = new Set<(typeof stages)[number]>();
  const visit = (stage: (typeof stages)[number] | undefined): void => {
    if (stage === undefined || used.has(stage)) return;
    used.add(stage);
    for (const name of stage.lines.map(takenFrom)) visit(stages.find((each) => name && each.name === name));
  };
  visit(stages.at(-1));
  return stages.filter((stage) => used.has(stage)).flatMap((stage) => stage.lines);
}

function takenFrom(line: Line): string | undefined {
  if (line.kind === 'from') return line.base;
  return line.kind === 'copy' || line.kind === 'bind' ? line.from : undefined;
}

function valuesOf(lines: readonly Line[], given: Args): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => (line.kind === 'arg' ? [[line.name, given[line.name] ?? line.value]] : [])),
  );
}

/** What is taken from each name that is no stage; the build context has the name ''. */
function sourcesByName(lines: readonly Line[], args: Args): ReadonlyMap<string, string[]> {
  const stages = new Set(lines.flatMap((line) => (line.kind === 'from' && line.as ? [line.as] : [])));
  const sources = new Map<string, string[]>();
  for (const line of lines) {
    if (line.kind !== 'from' && line.kind !== 'copy' && line.kind !== 'bind') continue;
    const name = takenFrom(line) ?? '';
    if (stages.has(name)) continue;
    const paths = sources.get(name) ?? [];
    if (line.kind !== 'from') paths.push(line.source.replace('${MODEL}', args['MODEL'] ?? ''));
    sources.set(name, paths);
  }
  return sources;
}
