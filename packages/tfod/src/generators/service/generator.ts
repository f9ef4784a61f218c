import { addProjectConfiguration, formatFiles, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import initGenerator from '../init/generator';
import { normaliseOptions } from './options';
import { planService, type ServicePlan } from './plan';
import type { ServiceOptions } from './schema';
import { serviceFiles, type ServiceFile } from './service-files';
import { gatherFacts } from './workspace-facts';

/** Writes a service, or what one that is there still lacks; never touches a file that exists. */
export default async function serviceGenerator(
  tree: Tree,
  options: ServiceOptions,
): Promise<GeneratorCallback> {
  const asked = normaliseOptions(options);
  const plan = planService(asked, gatherFacts(tree, asked));
  const files = serviceFiles(plan);
  const edited = files.filter((file) => differs(tree, pathIn(plan, file), file.content));

  await initGenerator(tree, { skipFormat: true });
  for (const file of files.filter((file) => !tree.exists(pathIn(plan, file)))) {
    tree.write(pathIn(plan, file), file.content);
  }
  addProject(tree, plan);
  if (!options.skipFormat) await formatFiles(tree);

  tellWhatWasKept(plan, edited);
  return () => tellWhatIsNext(plan);
}

function pathIn({ service }: ServicePlan, file: ServiceFile): string {
  return `${service.root}/${file.path}`;
}

/** Whether a file that is there says something else; how JSON is laid out is the formatter's business. */
function differs(tree: Tree, path: string, content: Buffer): boolean {
  const there = tree.exists(path) ? tree.read(path) : null;
  if (there === null || there.equals(content)) return false;
  return !path.endsWith('.json') || sameLayout(there) !== sameLayout(content);
}

function sameLayout(json: Buffer): string {
  try {
    return JSON.stringify(JSON.parse(json.toString()));
  } catch {
    return json.toString();
  }
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

function tellWhatWasKept({ service, notes }: ServicePlan, edited: readonly ServiceFile[]): void {
  if (edited.length > 0) {
    const paths = edited.map(({ path }) => `  ${service.root}/${path}`);
    logger.info(
      ['Kept as they are, although they differ from what would be generated:', ...paths].join('\n'),
    );
  }
  for (const note of notes) logger.warn(note);
}

function tellWhatIsNext({ service, lock, isNew }: ServicePlan): void {
  const { name, root, variants, model } = service;
  if (!isNew) return;
  const lines = [
    '',
    `${name} is in ${root}: TensorFlow ${lock.tensorflow} on Python ${lock.python}, for ${variants.join(' and ')}.`,
    ...(model === 'demo'
      ? []
      : [`Put its model into ${root}/models/${model} first (${root}/README.md tells how).`]),
    `  npx nx run ${name}:docker-build   builds its images`,
    `  npx nx run ${name}:infer          detects objects in pictures`,
  ];
  logger.info(lines.join('\n'));
}
