import { getProjects, logger, type Tree } from '@nx/devkit';
import { dockerEngine } from '../../engine/docker';
import type { Engine } from '../../engine/engine';
import { resolveAll } from '../../images/ensure-pins';
import { externalRefs } from '../../images/external-refs';
import { formatPins, NO_PINS, parsePins, pinName, PINS_FILE, withPins, type Pins } from '../../images/pins';
import { Problems } from '../../images/problems';
import { chainLinks } from '../../images/role';
import { parseService, SERVICE_FILE, type Service } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import type { PinOptions } from './schema';

/**
 * Pins the external images of the services in tfod.lock.json and tells which pins moved. Throws a `TfodError`
 * with every problem; then nothing is written.
 */
export default async function pinGenerator(
  tree: Tree,
  options: PinOptions = {},
  engine: Engine = dockerEngine(),
): Promise<void> {
  const problems = new Problems();
  const before = (await problems.attempt(() => readPins(tree))) ?? NO_PINS;
  const projects = new Set(getProjects(tree).keys());
  const services = await Promise.all(
    serviceProjects(tree, options.project).map((at) => problems.attempt(() => readService(tree, at))),
  );
  const refs = await Promise.all(
    services.map((service) => problems.attempt(() => (service ? refsOf(tree, service, projects) : []))),
  );
  problems.throwAny();
  const names = [...new Set(refs.flatMap((each) => each ?? []).map(pinName))].sort();
  const asked = options.update ? names : names.filter((name) => !before.has(name));
  const resolved = asked.length === 0 ? new Map() : await resolveAll(asked, engine);
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

function serviceProjects(tree: Tree, only: string | undefined): At[] {
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

function readService(tree: Tree, at: At): Service {
  return parseService(tree.read(`${at.root}/${SERVICE_FILE}`, 'utf-8') ?? '', at);
}

/** A Dockerfile that is not there is for docker-build to tell of. */
function refsOf(tree: Tree, service: Service, projects: ReadonlySet<string>): string[] {
  return chainLinks(service.variants).flatMap((link) => {
    const path = `${service.root}/${link.dockerfile}`;
    const text = tree.read(path, 'utf-8');
    return text === null
      ? []
      : externalRefs({ text, path, link, buildArgs: { MODEL: service.model }, projects });
  });
}
