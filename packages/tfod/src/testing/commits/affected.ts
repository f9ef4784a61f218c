import type { ProjectConfiguration, ProjectGraph } from '@nx/devkit';
import { filterAffected } from 'nx/src/project-graph/affected/affected-project-graph';
import { createDependencies, createNodes } from '../../plugin';
import { letTimePass } from '../let-time-pass';
import { projectsIn } from './projects-in';
import type { Files } from './workspace-files';

/** What Nx says of a commit, by project and by task. */
export interface Affected {
  /** As Nx has it up to version 23: who owns a changed file or declares it as an input, and who stands on those. */
  readonly projects: ReadonlySet<string>;
  /** As Nx has it from version 24 on: whose docker-build has a changed file among its inputs. */
  readonly tasks: ReadonlySet<string>;
}

/** Asks Nx which projects a change reaches, on the graph that the plugin makes of the files after it. */
export async function affectedBy(
  workspaceRoot: string,
  files: Files,
  changed: readonly string[],
): Promise<Affected> {
  const graph = await graphOf(workspaceRoot, files);
  const touched = changed.map((file) => ({ file, hash: '', getChanges: () => [] }));
  // A project that went would have Nx take all others for affected; that must not be needed.
  const affected = await filterAffected(graph, touched, {}, {}, false);
  const tasks = Object.values(graph.nodes).filter(({ data }) => {
    const patterns = inputPatterns(data);
    return changed.some((file) => patterns.some((pattern) => isAmong(file, pattern)));
  });
  return {
    projects: new Set(Object.keys(affected.nodes)),
    tasks: new Set(tasks.map(({ name }) => name)),
  };
}

async function graphOf(workspaceRoot: string, files: Files): Promise<ProjectGraph> {
  const context = { workspaceRoot, nxJsonConfiguration: {} };
  letTimePass(workspaceRoot);
  const markers = [...files.keys()].filter((path) => /\/(tfod|project)\.json$/.test(path));
  const inferred = Object.assign(
    {},
    ...(await createNodes[1](markers, {}, context)).map(([, { projects }]) => projects),
  ) as Record<string, Partial<ProjectConfiguration>>;
  const projects = projectsIn(files);
  const configurations = Object.fromEntries(
    projects.map(({ name, root }) => [name, { targets: {}, ...inferred[root], root }]),
  );
  const projectFileMap = Object.fromEntries(
    projects.map(({ name, root }) => [
      name,
      [...files.keys()].filter((path) => path.startsWith(`${root}/`)).map((file) => ({ file, hash: '' })),
    ]),
  );
  const edges = await createDependencies(
    {},
    {
      ...context,
      projects: configurations,
      fileMap: { projectFileMap, nonProjectFiles: [] },
      filesToProcess: { projectFileMap: {}, nonProjectFiles: [] },
      externalNodes: {},
    },
  );
  return {
    nodes: Object.fromEntries(
      projects.map(({ name }) => [name, { name, type: 'lib', data: configurations[name] ?? { root: '' } }]),
    ),
    dependencies: Object.fromEntries(
      projects.map(({ name }) => [name, edges.filter(({ source }) => source === name)]),
    ),
  };
}

function inputPatterns({ root, targets, namedInputs }: ProjectConfiguration): readonly string[] {
  return (targets?.['docker-build']?.inputs ?? [])
    .flatMap((input) => (typeof input === 'string' ? (namedInputs?.[input] ?? input) : input))
    .filter((input) => typeof input === 'string')
    .map((input) => input.replace('{projectRoot}', root).replace('{workspaceRoot}/', ''));
}

/** The plugin writes three kinds of patterns: a file, all below a folder, and all of a name. */
function isAmong(file: string, pattern: string): boolean {
  if (pattern.startsWith('**/')) return file.endsWith(pattern.slice(2));
  const below = /^(.*\/)\*\*\/\*$/.exec(pattern)?.[1];
  return below === undefined ? file === pattern : file.startsWith(below);
}
