import { addProjectConfiguration, formatFiles, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import { SERVICE_FILE, type Service } from '../../service/service';
import { TfodError, type Problem } from '../../values/tfod-error';
import initGenerator from '../init/generator';
import { applyRevision } from '../project/apply-revision';
import type { ProjectFile } from '../project/files';
import { keptUp } from '../project/kept-up';
import { revise, type Revision, type RevisionRequest } from '../project/revise';
import { withSettings } from '../project/settings-file';
import { gatherFacts } from '../project/workspace-facts';
import { CHAIN_PATHS, isChainFile } from '../runtime/chain-files';
import { normaliseOptions } from './options';
import { moduleInUse } from './module-in-use';
import { belowText, planService, type Below, type ServicePlan } from './plan';
import { gatherRuntime } from './runtime-facts';
import type { ServiceOptions } from './schema';
import { serviceFiles } from './service-files';

/**
 * Writes a service, or what one that is there still lacks, and moves it to another TensorFlow or onto a runtime;
 * never touches a file that somebody edited.
 */
export default async function serviceGenerator(
  tree: Tree,
  options: ServiceOptions,
): Promise<GeneratorCallback> {
  const asked = normaliseOptions(options);
  const facts = gatherFacts(tree, asked);
  const plan = planService(asked, facts, gatherRuntime(tree, asked, facts));
  const revision = reviseService(tree, plan);

  await initGenerator(tree, { skipFormat: true });
  applyRevision(tree, plan.service.root, revision);
  setRuntime(tree, plan);
  addProject(tree, plan);
  if (!options.skipFormat) await formatFiles(tree);

  tellWhatWasDone(plan);
  return () => tellWhatIsNext(plan);
}

/** From what was generated for the service to what is generated now; throws for edited files in its way. */
function reviseService(tree: Tree, plan: ServicePlan): Revision {
  const { service, moves } = plan;
  const revision = revise({
    ...contents(tree, plan),
    read: (path) => tree.read(`${service.root}/${path}`) ?? undefined,
    mustFollow: (path) => moves && isChainFile(path),
  });
  if (revision.conflicts.length > 0) {
    throw new TfodError(revision.conflicts.map((path) => inTheWay(path, plan)));
  }
  return revision;
}

type Contents = Pick<RevisionRequest, 'before' | 'after'>;

function contents(tree: Tree, { name, service, below, before }: ServicePlan): Contents {
  if (before === undefined) return { before: new Map(), after: serviceFiles(service, name, below) };
  const { root } = service;
  const module = moduleInUse(tree, root) ?? name.module;
  const filesOf = (of: Service, on: Below) =>
    keptUp(serviceFiles(of, { ...name, module }, on), (path) => tree.exists(`${root}/${path}`));
  return {
    before: knownContents(tree, before.below ? filesOf(before.service, before.below) : [], below),
    after: filesOf(service, below),
  };
}

/** What was generated before; on a runtime also what stands there, and no such file may stay. */
function knownContents(
  tree: Tree,
  generated: readonly ProjectFile[],
  { runtime }: Below,
): Contents['before'] {
  const known = new Map(generated.map(({ path, content }): [string, Buffer[]] => [path, [content]]));
  for (const path of runtime ? CHAIN_PATHS : []) {
    const inRuntime = tree.read(`${runtime?.root}/${path}`);
    known.set(path, [...(known.get(path) ?? []), ...(inRuntime === null ? [] : [inRuntime])]);
  }
  return known;
}

function inTheWay(path: string, { service, below }: ServicePlan): Problem {
  const { root } = service;
  return {
    code: 'FILE_EDITED',
    what: below.runtime
      ? `This file was edited, and on ${belowText(below)} nothing would use it`
      : `This file was edited, and ${belowText(below)} needs another`,
    where: `${root}/${path}`,
    remedy: below.runtime
      ? `move what is special in it to ${below.runtime.root}, delete it, and run this again`
      : 'change it by hand, a lock by compiling its .in; or move it away and run this again to have a new one',
  };
}

function setRuntime(tree: Tree, { service, before }: ServicePlan): void {
  const { root, runtime } = service;
  if (before === undefined || runtime === undefined || before.service.runtime === runtime) return;
  const path = `${root}/${SERVICE_FILE}`;
  tree.write(path, withSettings(tree.read(path, 'utf-8') ?? '', { runtime }));
}

function addProject(tree: Tree, { service, tags }: ServicePlan): void {
  const { name, root } = service;
  if (tree.exists(`${root}/project.json`)) return;
  addProjectConfiguration(tree, name, {
    root,
    projectType: 'application',
    sourceRoot: `${root}/src`,
    tags: [...tags],
    targets: {},
  });
}

function tellWhatWasDone({ service, below, before, moves, notes }: ServicePlan): void {
  const stood = before?.below && belowText(before.below);
  if (before && moves) {
    logger.info(
      `${service.name} stands on ${belowText(below)}${stood === undefined ? '' : `, no longer on ${stood}`}.`,
    );
  }
  for (const note of notes) logger.warn(note);
}

function tellWhatIsNext({ service, below, before }: ServicePlan): void {
  const { name, root, variants, model } = service;
  if (before) return;
  const lines = [
    '',
    `${name} is in ${root}: on ${belowText(below)}, for ${variants.join(' and ')}.`,
    ...(model === 'demo'
      ? []
      : [`Put its model into ${root}/models/${model} first (${root}/README.md tells how).`]),
    `  npx nx run ${name}:docker-build   builds its images`,
    `  npx nx run ${name}:infer          detects objects in pictures`,
  ];
  logger.info(lines.join('\n'));
}
