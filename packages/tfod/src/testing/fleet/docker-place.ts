import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { dockerEngine } from '../../engine/docker';
import { builtPlainly, filesOfImage, type Tree } from './built-plainly';
import { DockerKeeper } from './docker-keeper';
import { firstFleet, PYTHON } from './first-fleet';
import type { Fleet, Node, Project } from './fleet';
import { Refuted, type Place } from './proving-ground';
import { Warehouse } from './warehouse';

/**
 * The first three need digests and registries that are there. The last is one that plain BuildKit does not notice: it
 * sends a file again only when size, mode or time differ, with or without a cache.
 */
const NOT_HERE = ['digest of the lock', 'name of an image', 'registry', 'content with the old size and time'];

/**
 * The engine that the environment names. Of each service that was built, the files of the image are compared with
 * those that plain `docker buildx` without a cache makes of the same tree.
 */
export async function dockerPlace(onCompared: () => void): Promise<{ place: Place; dispose: () => void }> {
  const engine = dockerEngine();
  const space = `tfod-edits-${process.pid}`;
  const keeper = new DockerKeeper(engine, space, PYTHON);
  const digest = await engine.resolve(PYTHON);
  const fleet = { ...inSpace(firstFleet(), space), pins: { [PYTHON]: digest } };
  await keeper.refresh();
  const look = async (service: string, now: Fleet, root: string): Promise<void> => {
    const tree: Tree = { fleet: now, root };
    for (const variant of now.projects[service]?.service?.variants ?? []) {
      const ref = `${now.projects[service]?.service?.image}:${variant}`;
      const [built, plain] = [filesOfImage(tree, ref), builtPlainly(tree, service, variant)];
      if (!isDeepStrictEqual(built, plain)) throw new Refuted(`${ref} is stale: ${difference(built, plain)}`);
      onCompared();
    }
  };
  const place = { warehouse: new Warehouse(engine, keeper), fleet, without: NOT_HERE, isAlone: false, look };
  return { place, dispose: () => keeper.removeAll() };
}

/** Names and contents that no other run has. */
function inSpace(fleet: Fleet, space: string): Fleet {
  const salt: Node = { type: 'file', text: `${randomUUID()}\n`, mode: 0o644 };
  const projects = Object.entries(fleet.projects).map(([name, project]): [string, Project] => {
    if (!project.service) return [name, project];
    const nodes = new Map([...project.nodes, ['docker/packages.txt', salt]]);
    return [name, { ...project, nodes, service: { ...project.service, image: `${space}/${name}` } }];
  });
  return { projects: Object.fromEntries(projects), pins: fleet.pins, buildArgs: {}, wheel: fleet.wheel };
}

function difference(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
  return names.map((name) => `${name}: ${a[name] ?? 'not there'} ≠ ${b[name] ?? 'not there'}`).join('; ');
}
