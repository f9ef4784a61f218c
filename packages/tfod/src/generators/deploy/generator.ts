import { getProjects, logger, type Tree } from '@nx/devkit';
import { parseService, SERVICE_FILE, type Service } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import { planManifests, type Manifest } from './plan';
import type { DeployOptions } from './schema';

/** Writes the manifests of a service that are not there yet; a file that is there is left as it is, and named. */
export default function deployGenerator(tree: Tree, options: DeployOptions): void {
  const service = readService(tree, options.project);
  const manifests = planManifests(service, options);
  const [there, missing] = [true, false].map((is) =>
    manifests.filter(({ path }) => tree.exists(path) === is),
  );
  missing?.forEach(({ path, text }) => tree.write(path, text));
  there?.forEach((manifest) => tellOf(tree, manifest));
  if (missing?.length) tellWhatIsNext(service, missing);
}

function readService(tree: Tree, name: string): Service {
  const root = getProjects(tree).get(name)?.root;
  const text = root === undefined ? null : tree.read(`${root}/${SERVICE_FILE}`, 'utf-8');
  if (root !== undefined && text !== null) return parseService(text, { name, root });
  throw new TfodError({
    code: 'SERVICE_NOT_FOUND',
    what: 'There is no such service',
    where: '--project',
    expected: 'a project with a tfod.json',
    found: name,
    remedy: 'nx show projects lists those that are there',
  });
}

function tellOf(tree: Tree, { path, text }: Manifest): void {
  if (tree.read(path, 'utf-8') === text) return;
  logger.info(`${path} is left as it is; delete it and run this again to have it anew`);
}

function tellWhatIsNext({ image }: Service, manifests: readonly Manifest[]): void {
  const pushed = image.includes('/');
  const lines = [
    ...(pushed
      ? []
      : [`The image ${image} names no registry: a cluster finds it only when it is put there.`]),
    ...manifests.map(({ path }) => `  kubectl apply --filename ${path}`),
  ];
  logger.info(lines.join('\n'));
}
