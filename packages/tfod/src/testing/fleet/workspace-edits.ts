import { digestOf } from '../../values/digest';
import { parseRepository } from '../../values/image-ref';
import { withDockerfile, without, withNodes, withProject, type Edit } from './edit';
import { serviceNames, type Fleet, type FleetService, type Line, type Project } from './fleet';
import { PYTHON } from './first-fleet';
import type { Random } from './random';

type ServiceProject = Project & { readonly service: FleetService };

function pickService(
  fleet: Fleet,
  random: Random,
): { readonly name: string; readonly project: ServiceProject } {
  const name = random.pick(serviceNames(fleet)) ?? '';
  return { name, project: fleet.projects[name] as ServiceProject };
}

function pickDockerfile(fleet: Fleet, random: Random) {
  const { name, project } = pickService(fleet, random);
  const file = random.pick(Object.keys(project.service.dockerfiles)) ?? '';
  return { name, file, lines: project.service.dockerfiles[file] ?? [] };
}

/** Before the first line that is none, so that no stage is torn apart. */
function inserted(lines: readonly Line[], line: Line, random: Random): Line[] {
  const at = 1 + random.int(lines.length);
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}

const comment: Edit = (fleet, random) => {
  const { name, file, lines } = pickDockerfile(fleet, random);
  const without = lines.filter(({ kind }) => kind !== 'comment');
  if (without.length < lines.length && random.oneIn(2)) return withDockerfile(fleet, name, file, without);
  const text = random.oneIn(2) ? '' : random.word();
  return withDockerfile(fleet, name, file, inserted(lines, { kind: 'comment', text }, random));
};

const instruction: Edit = (fleet, random) => {
  const { name, file, lines } = pickDockerfile(fleet, random);
  const written = lines.findIndex(({ kind, ...rest }) => kind === 'run' && 'text' in rest);
  const run: Line = { kind: 'run', text: random.word() };
  if (written < 0) return withDockerfile(fleet, name, file, inserted(lines, run, random));
  const others = lines.filter((_, at) => at !== written);
  return withDockerfile(fleet, name, file, random.oneIn(2) ? others : inserted(others, run, random));
};

const argDefault: Edit = (fleet, random) => {
  const { name, file, lines } = pickDockerfile(fleet, random);
  const changed = lines.map((line) =>
    line.kind === 'arg' && line.name !== 'MODEL' ? { ...line, value: String(random.int(4)) } : line,
  );
  return withDockerfile(fleet, name, file, changed);
};

/** Another folder of the project, of a library or of the context, by a copy or by a mount. */
const source: Edit = (fleet, random) => {
  const { name, project } = pickService(fleet, random);
  const lines = project.service.dockerfiles['Dockerfile'] ?? [];
  const from = random.pick(
    [undefined, 'geometry', 'imaging'].filter((each) => !each || fleet.projects[each]),
  );
  const kind = random.pick(['copy', 'bind'] as const) ?? 'copy';
  const path = random.pick(from === undefined ? ['conf', 'docker', '.'] : ['src', '.']) ?? '.';
  const line: Line = { kind, source: path, ...(from !== undefined && { from }) };
  const same = lines.findIndex((each) => JSON.stringify(each) === JSON.stringify(line));
  const changed = same < 0 ? [...lines, line] : lines.filter((_, at) => at !== same);
  return withDockerfile(fleet, name, 'Dockerfile', changed);
};

const buildArg: Edit = (fleet, random) => {
  const name = random.pick(['LEVEL', 'SITE']) ?? '';
  const buildArgs = random.oneIn(3)
    ? without(fleet.buildArgs, name)
    : { ...fleet.buildArgs, [name]: String(random.int(4)) };
  return { ...fleet, buildArgs };
};

const pin: Edit = (fleet, random) => ({
  ...fleet,
  pins: { ...fleet.pins, [PYTHON]: digestOf(`python ${random.int(3)}`) },
});

const wheel: Edit = (fleet, random) => ({ ...fleet, wheel: `wheel ${random.int(3)}` });

const model: Edit = (fleet, random) => {
  const { name, project } = pickService(fleet, random);
  const { service } = project;
  const other = service.model === 'demo' ? 'other' : 'demo';
  return withProject(fleet, name, { ...project, service: { ...service, model: other } });
};

const image: Edit = (fleet, random) => {
  const { name, project } = pickService(fleet, random);
  const renamed = { ...project.service, image: `acme/${name}-${random.int(3)}` };
  return withProject(fleet, name, { ...project, service: renamed });
};

const registry: Edit = (fleet, random) => ({
  ...fleet,
  registry: parseRepository(random.oneIn(3) ? 'other.example:5000/team' : 'registry.example'),
});

const projectFolder: Edit = (fleet, random) => {
  const name = random.pick(Object.keys(fleet.projects)) ?? '';
  const project = fleet.projects[name] as Project;
  return withProject(fleet, name, { ...project, root: `${random.pick(['apps', 'libs', 'all'])}/${name}` });
};

/** A project under another name; the Dockerfiles that name it follow. */
const projectName: Edit = (fleet, random) => {
  const name = random.pick(Object.keys(fleet.projects)) ?? '';
  const renamed = `${name.replace(/-\w{4}$/, '')}-${random.word()}`;
  const follow = (line: Line): Line => {
    if (line.kind === 'from' && line.base === name) return { ...line, base: renamed };
    return 'from' in line && line.from === name ? { ...line, from: renamed } : line;
  };
  const projects = Object.entries(fleet.projects).map(([each, project]) => [
    each === name ? renamed : each,
    withLines(project, follow),
  ]);
  return { ...fleet, projects: Object.fromEntries(projects) as Fleet['projects'] };
};

function withLines(project: Project, change: (line: Line) => Line): Project {
  if (!project.service) return project;
  const dockerfiles = Object.fromEntries(
    Object.entries(project.service.dockerfiles).map(([file, lines]) => [file, lines.map(change)]),
  );
  return { ...project, service: { ...project.service, dockerfiles } };
}

/** Two services with one base and one runtime image between them, from here on. */
const sameRuntime: Edit = (fleet, random) => {
  const [from, to] = [pickService(fleet, random), pickService(fleet, random)];
  const below = ['docker/base.Dockerfile', 'docker/tf.Dockerfile'];
  const dockerfiles = below.map((file) => [file, from.project.service.dockerfiles[file]]);
  const files = ['docker/packages.txt', 'requirements/tf.lock'] as const;
  const service = {
    ...to.project.service,
    dockerfiles: { ...to.project.service.dockerfiles, ...Object.fromEntries(dockerfiles) },
  };
  return withNodes(
    withProject(fleet, to.name, { ...to.project, service }),
    to.name,
    files.flatMap((path) => {
      const node = from.project.nodes.get(path);
      return node ? [[path, node] as [string, typeof node]] : [];
    }),
  );
};

/** What is done to Dockerfiles, options, pins and projects, and how often beside the others. */
export const WORKSPACE_EDITS: Readonly<Record<string, readonly [number, Edit]>> = {
  'comment in a Dockerfile': [3, comment],
  'instruction of a Dockerfile': [3, instruction],
  'default of an argument': [2, argDefault],
  'source of a Dockerfile': [3, source],
  'build argument': [3, buildArg],
  'digest of the lock': [1, pin],
  'runtime wheel': [1, wheel],
  'model of a service': [1, model],
  'name of an image': [1, image],
  registry: [2, registry],
  'folder of a project': [1, projectFolder],
  'name of a project': [1, projectName],
  'runtime of another service': [1, sameRuntime],
};
