import type { Fleet, FleetService, IgnoreLine, Line, Node, Project } from './fleet';
import type { Random } from './random';

/** Changes a fleet in one way; undefined when there is nothing that could be changed so. */
export type Edit = (fleet: Fleet, random: Random) => Fleet | undefined;

export function withProject(fleet: Fleet, name: string, project: Project): Fleet {
  return { ...fleet, projects: { ...fleet.projects, [name]: project } };
}

export function withNodes(fleet: Fleet, name: string, changes: Iterable<[string, Node | undefined]>): Fleet {
  const project = fleet.projects[name] as Project;
  const nodes = new Map(project.nodes);
  for (const [path, node] of changes) {
    if (node === undefined) nodes.delete(path);
    else nodes.set(path, node);
  }
  return withProject(fleet, name, { ...project, nodes });
}

export function withIgnores(
  fleet: Fleet,
  name: string,
  file: string,
  lines: readonly IgnoreLine[] | undefined,
): Fleet {
  const project = fleet.projects[name] as Project;
  const ignores =
    lines === undefined ? without(project.ignores, file) : { ...project.ignores, [file]: lines };
  return withProject(fleet, name, { ...project, ignores });
}

export function withDockerfile(fleet: Fleet, name: string, file: string, lines: readonly Line[]): Fleet {
  const project = fleet.projects[name] as Project & { service: FleetService };
  const dockerfiles = { ...project.service.dockerfiles, [file]: lines };
  return withProject(fleet, name, { ...project, service: { ...project.service, dockerfiles } });
}

/** A file of any project, or of the one named. */
export function pickNode<Type extends Node['type']>(
  { projects }: Fleet,
  random: Random,
  type: Type,
  suits: (path: string) => boolean = () => true,
): { name: string; path: string; node: Node & { type: Type } } | undefined {
  const name = random.pick(Object.keys(projects)) ?? '';
  const nodes = [...(projects[name]?.nodes ?? [])].filter(
    ([path, node]) => node.type === type && suits(path),
  );
  const [path, node] = random.pick(nodes) ?? [];
  return path === undefined ? undefined : { name, path, node: node as Node & { type: Type } };
}

export function without<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== name));
}
