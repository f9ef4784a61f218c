import type { Tree } from '@nx/devkit';
import { pythonEntryPoint } from '../../executors/infer/entry-point';
import { TfodError } from '../../values/tfod-error';

/**
 * The Python module of the service in a folder, which keeps its name when the project gets another: the one that its
 * Dockerfile starts, else the only one of src/; undefined where neither tells.
 */
export function moduleInUse(tree: Tree, root: string): string | undefined {
  const modules = tree
    .children(`${root}/src`)
    .filter((name) => tree.exists(`${root}/src/${name}/__init__.py`));
  return startedModule(tree, `${root}/Dockerfile`) ?? (modules.length === 1 ? modules[0] : undefined);
}

function startedModule(tree: Tree, path: string): string | undefined {
  const text = tree.isFile(path) ? tree.read(path, 'utf-8') : null;
  if (text === null) return undefined;
  try {
    const [option, name] = pythonEntryPoint(text, path);
    return option === '-m' ? name?.split('.')[0] : undefined;
  } catch (error) {
    if (error instanceof TfodError) return undefined;
    throw error;
  }
}
