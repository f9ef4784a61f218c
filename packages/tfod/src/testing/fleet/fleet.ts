import type { Digest } from '../../values/digest';
import type { Repository } from '../../values/image-ref';
import type { Variant } from '../../service/variant';

/** What is at a path of a project. */
export type Node =
  | { readonly type: 'file'; readonly text: string; readonly mode: number; readonly mtime?: number }
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'folder' };

/** A line of a Dockerfile before it is text, so that whoever reasons about it need not parse. */
export type Line =
  | { readonly kind: 'from'; readonly base: string; readonly as?: string }
  | { readonly kind: 'copy'; readonly source: string; readonly from?: string }
  | { readonly kind: 'bind'; readonly source: string; readonly from?: string }
  | { readonly kind: 'arg'; readonly name: string; readonly value: string }
  | { readonly kind: 'run'; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string };

/** A line of a .dockerignore; each kind matches in one simple way. */
export interface IgnoreLine {
  readonly kind: 'comment' | 'path' | 'below' | 'ending' | 'ending at the root';
  readonly negated: boolean;
  readonly text: string;
}

export interface FleetService {
  /** The repository of its images. */
  readonly image: string;
  readonly variants: readonly Variant[];
  readonly model: string;
  /** By path in the project. */
  readonly dockerfiles: Readonly<Record<string, readonly Line[]>>;
}

export interface Project {
  /** Relative to the workspace root. */
  readonly root: string;
  /** All files but the Dockerfiles, the ignore files and tfod.json, by path in the project. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** By path in the project. */
  readonly ignores: Readonly<Record<string, readonly IgnoreLine[]>>;
  readonly service?: FleetService;
}

/** A workspace of many services as data. Nothing in it changes: an edit makes another one. */
export interface Fleet {
  /** By name. */
  readonly projects: Readonly<Record<string, Project>>;
  /** Of tfod.lock.json. */
  readonly pins: Readonly<Record<string, Digest>>;
  /** Given on the command line. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The registry that all images are in, given on the command line. */
  readonly registry?: Repository;
  /** The text of the runtime wheel. */
  readonly wheel: string;
}

export const WHEEL = 'tfod_runtime-0.0.0-py3-none-any.whl';

export function serviceNames({ projects }: Fleet): string[] {
  return Object.keys(projects).filter((name) => projects[name]?.service !== undefined);
}

/** Of each project that was asked for: a project never changes. */
const NODES = new WeakMap<Project, ReadonlyMap<string, Node>>();

/** Everything that stands in a project's folder, by path: what a person would see there. */
export function nodesOf(project: Project): ReadonlyMap<string, Node> {
  const nodes = NODES.get(project) ?? allNodes(project);
  NODES.set(project, nodes);
  return nodes;
}

function allNodes({ nodes, ignores, service }: Project): ReadonlyMap<string, Node> {
  const text = (content: string): Node => ({ type: 'file', text: content, mode: 0o644 });
  const all = new Map(nodes);
  for (const [path, lines] of Object.entries(ignores)) all.set(path, text(ignoreText(lines)));
  if (service === undefined) return all;
  const { dockerfiles, image, variants, model } = service;
  for (const [path, lines] of Object.entries(dockerfiles)) all.set(path, text(dockerfileText(lines)));
  return all.set('tfod.json', text(JSON.stringify({ variants, model, image, port: 8080 })));
}

export function dockerfileText(lines: readonly Line[]): string {
  return `${lines.map(lineText).join('\n')}\n`;
}

export function lineText(line: Line): string {
  const from = 'from' in line && line.from !== undefined ? line.from : undefined;
  switch (line.kind) {
    case 'from':
      return `FROM ${line.base}${line.as === undefined ? '' : ` AS ${line.as}`}`;
    case 'copy':
      return `COPY ${from === undefined ? '' : `--from=${from} `}${line.source} /files/${placeOf(line)}/`;
    case 'bind':
      return `RUN --mount=type=bind,${from === undefined ? '' : `from=${from},`}source=${line.source},target=/mounted mkdir -p /files && cp -R /mounted /files/${placeOf(line)}`;
    case 'arg':
      return `ARG ${line.name}=${line.value}`;
    case 'run':
      return `RUN mkdir -p /files && echo ${line.text} $LEVEL $SITE >> /files/said`;
    case 'comment':
      return line.text === '' ? '' : `# ${line.text}`;
  }
}

/** A folder for each source, so that none gets in the way of another. */
function placeOf({ kind, source, from = 'context' }: Line & { kind: 'copy' | 'bind' }): string {
  return `${kind}-${from}-${source.replaceAll(/\W+/g, '-')}`;
}

function ignoreText(lines: readonly IgnoreLine[]): string {
  const forms = {
    comment: (text: string) => `# ${text}`,
    path: (text: string) => text,
    below: (text: string) => `${text}/**`,
    ending: (text: string) => `**/*${text}`,
    'ending at the root': (text: string) => `*${text}`,
  };
  return lines.map(({ kind, negated, text }) => `${negated ? '!' : ''}${forms[kind](text)}\n`).join('');
}
