import { getProjects, logger, type Tree } from '@nx/devkit';
import { dockerEngine } from '../../engine/docker';
import type { Engine } from '../../engine/engine';
import { resolveAll } from '../../images/ensure-pins';
import { externalRefs } from '../../images/external-refs';
import { formatPins, NO_PINS, parsePins, pinName, PINS_FILE, withPins, type Pins } from '../../images/pins';
import { Problems } from '../../images/problems';
import { chainParts } from '../../images/chain-parts';
import { parseTfodProject, SERVICE_FILE, type Runtime, type TfodProject } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import type { PinOptions } from './schema';

/**
 * Pins the external images of services and runtimes in tfod.lock.json and tells which pins moved. Throws a `TfodError`
 * with every problem; then nothing is written.
 */
export default async function pinGenerator(
  tree: Tree,
  options: PinOptions = {},
  engine: Engine = dockerEngine(),
): Promise<void> {
  const problems = new Problems();
  const before = (await problems.attempt(() => readPins(tree))) ?? NO_PINS;
  const projects = new Map([...getProjects(tree)].map(([name, { root }]) => [name, root]));
  const asked = await Promise.all(
    tfodProjects(tree, options.project).map((at) => problems.attempt(() => readProject(tree, at))),
  );
  const refs = await Promise.all(
    asked.map((project) => problems.attempt(() => (project ? refsOf(tree, project, projects) : []))),
  );
  problems.throwAny();
  const names = [...new Set(refs.flatMap((each) => each ?? []).map(pinName))].sort();
  const moving = options.update ? names : names.filter((name) => !before.has(name));
  const resolved = moving.length === 0 ? new Map() : await resolveAll(moving, engine);
  const after = withPins(before, resolved);
  if (formatPins(after) !== formatPins(before)) tree.write(PINS_FILE, formatPins(after));
  names.forEach((name) => logger.info(changeOf(name, before, after)));
  if (names.length === 0) logger.info('No service takes an image from elsewhere.');
}

function changeOf(name: string, before: Pins, after: Pins): string {
  const [old, now] = [before.get(name), after.get(name)];
  return old === now ? `${name} stays ${now}` : `${name} ${old ?? 'unpinned'} → ${now}`;
}

function readPins(tree: Tree): Pins {
  const text = tree.read(PINS_FILE, 'utf-8') ?? '';
  return text === '' ? NO_PINS : parsePins(text);
}

interface At {
  readonly name: string;
  readonly root: string;
}

function tfodProjects(tree: Tree, only: string | undefined): At[] {
  const services = [...getProjects(tree)]
    .filter(([, { root }]) => tree.exists(`${root}/${SERVICE_FILE}`))
    .map(([name, { root }]) => ({ name, root }));
  if (only === undefined) return services;
  const chosen = services.filter(({ name }) => name === only);
  if (chosen.length > 0) return chosen;
  throw new TfodError({
    code: 'SERVICE_NOT_FOUND',
    what: `There is no service ${only}`,
    where: '--project',
    expected: services.map(({ name }) => name).join(', ') || 'a service; the workspace has none',
    found: only,
    remedy: 'name a project with a tfod.json, or leave the option out',
  });
}

function readProject(tree: Tree, at: At): TfodProject {
  return parseTfodProject(tree.read(`${at.root}/${SERVICE_FILE}`, 'utf-8') ?? '', at);
}

/** A Dockerfile or a runtime that is not there is for docker-build to tell of. */
function refsOf(tree: Tree, project: TfodProject, projects: ReadonlyMap<string, string>): string[] {
  const parts = chainParts(project, project.variants, runtimeOf(tree, project, projects));
  return parts.flatMap(({ maker, links }) =>
    links.flatMap((link) => {
      const path = `${maker.root}/${link.dockerfile}`;
      const text = tree.read(path, 'utf-8');
      const buildArgs = maker.kind === 'runtime' ? {} : { MODEL: maker.model };
      return text === null ? [] : externalRefs({ text, path, link, buildArgs, projects });
    }),
  );
}

function runtimeOf(
  tree: Tree,
  project: TfodProject,
  projects: ReadonlyMap<string, string>,
): Runtime | undefined {
  const name = project.kind === 'runtime' ? undefined : project.runtime;
  const root = name === undefined ? undefined : projects.get(name);
  if (name === undefined || root === undefined || !tree.exists(`${root}/${SERVICE_FILE}`)) return undefined;
  const runtime = readProject(tree, { name, root });
  return runtime.kind === 'runtime' ? runtime : undefined;
}
