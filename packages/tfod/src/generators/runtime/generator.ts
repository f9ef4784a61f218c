import { addProjectConfiguration, formatFiles, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import { join } from 'node:path';
import type { ShippedLock } from '../../compat/shipped-locks';
import { SERVICE_FILE, type Runtime } from '../../service/service';
import { isVariant } from '../../service/variant';
import { TfodError } from '../../values/tfod-error';
import initGenerator from '../init/generator';
import { applyRevision } from '../project/apply-revision';
import type { ProjectFile } from '../project/files';
import { keptUp } from '../project/kept-up';
import { revise, type Revision } from '../project/revise';
import { settingsFile, withSettings } from '../project/settings-file';
import { templateFiles } from '../project/template-files';
import { versionsText } from '../project/versions';
import { gatherFacts } from '../project/workspace-facts';
import { chainFiles, isChainFile } from './chain-files';
import { normaliseOptions } from './options';
import { planRuntime, type RuntimePlan } from './plan';
import type { RuntimeOptions } from './schema';

const TEMPLATES = join(__dirname, 'files', 'project');

/**
 * Writes a runtime, or what one that is there still lacks, and moves it to another TensorFlow; never touches a file
 * that somebody edited.
 */
export default async function runtimeGenerator(
  tree: Tree,
  options: RuntimeOptions,
): Promise<GeneratorCallback> {
  const asked = normaliseOptions(options);
  const plan = planRuntime(asked, gatherFacts(tree, asked));
  const revision = reviseRuntime(tree, plan);

  await initGenerator(tree, { skipFormat: true });
  applyRevision(tree, plan.runtime.root, revision);
  setVariants(tree, plan);
  addProject(tree, plan);
  if (!options.skipFormat) await formatFiles(tree);

  tellWhatWasDone(plan);
  return () => tellWhatIsNext(plan);
}

/** From what was generated for the runtime to what is generated now; throws for edited files in its way. */
function reviseRuntime(tree: Tree, { runtime, lock, before, moves }: RuntimePlan): Revision {
  const keptOf = (of: Runtime, from: ShippedLock) =>
    keptUp(filesOf(of, from), (path) => tree.exists(`${runtime.root}/${path}`));
  const generated = before?.lock ? keptOf(before.runtime, before.lock) : [];
  const revision = revise({
    before: new Map(generated.map(({ path, content }) => [path, [content]])),
    after: before ? keptOf(runtime, lock) : [settings(runtime), ...filesOf(runtime, lock)],
    read: (path) => tree.read(`${runtime.root}/${path}`) ?? undefined,
    mustFollow: (path) => moves && isChainFile(path),
  });
  if (revision.conflicts.length === 0) return revision;
  throw new TfodError(
    revision.conflicts.map((path) => ({
      code: 'FILE_EDITED',
      what: `This file was edited, and ${versionsText(lock)} needs another`,
      where: `${runtime.root}/${path}`,
      remedy:
        'change it by hand, a lock by compiling its .in; or move it away and run this again to have a new one',
    })),
  );
}

/** Everything but project.json and tfod.json. */
function filesOf({ name, variants }: Runtime, lock: ShippedLock): readonly ProjectFile[] {
  return [...templateFiles(TEMPLATES, { name }), ...chainFiles(variants.filter(isVariant), lock)];
}

function settings({ root, kind, variants, image }: Runtime): ProjectFile {
  return settingsFile(root, 'runtime', { kind, variants, image });
}

function setVariants(tree: Tree, { runtime, before }: RuntimePlan): void {
  const { root, variants } = runtime;
  if (before === undefined || before.runtime.variants.length === variants.length) return;
  const path = `${root}/${SERVICE_FILE}`;
  tree.write(path, withSettings(tree.read(path, 'utf-8') ?? '', { variants }));
}

function addProject(tree: Tree, { runtime, tags }: RuntimePlan): void {
  const { name, root } = runtime;
  if (tree.exists(`${root}/project.json`)) return;
  // No 'library': nx g @nx/workspace:move would look in every file of all other projects for imports of its name, and
  // write pictures and weights back as text.
  addProjectConfiguration(tree, name, { root, projectType: 'application', tags: [...tags], targets: {} });
}

function tellWhatWasDone({ runtime, lock, before, moves, notes }: RuntimePlan): void {
  if (before?.lock && moves) {
    logger.info(
      `${runtime.name} and all of its services move from ${versionsText(before.lock)} to ${versionsText(lock)}.`,
    );
  }
  for (const note of notes) logger.warn(note);
}

function tellWhatIsNext({ runtime, lock, before }: RuntimePlan): void {
  const { name, root, variants } = runtime;
  if (before) return;
  const lines = [
    '',
    `${name} is in ${root}: ${versionsText(lock)}, for ${variants.join(' and ')}.`,
    `  npx nx g tfod:service parking --runtime=${name}   makes a service that stands on it`,
    `  npx nx run ${name}:docker-build                   builds its images`,
  ];
  logger.info(lines.join('\n'));
}
