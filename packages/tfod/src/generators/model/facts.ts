import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { getProjects, type Tree } from '@nx/devkit';
import { BUILT_IN, isBuiltIn } from '../../models/labels/built-in';
import { MODELS_LOCK_FILE, NO_MODELS, parseModelsLock, type ModelsLock } from '../../models/models-lock';
import { parseService, SERVICE_FILE, type Service } from '../../service/service';
import { TfodError, type Problem } from '../../values/tfod-error';
import type { ModelOptions } from './schema';

/** All that a request depends on besides the options, and all that a plan changes. */
export interface Facts {
  readonly workspaceRoot: string;
  /** The folder of each service, by its name. */
  readonly services: ReadonlyMap<string, string>;
  readonly service: Service | undefined;
  readonly lock: ModelsLock;
  /** The locks of the other services, as far as they can be read. */
  readonly otherLocks: readonly ModelsLock[];
  /** Texts of files, undefined for those that are not there. */
  readonly serviceFile: string | undefined;
  readonly description: string | undefined;
  readonly labelMap: string | undefined;
  readonly ignoreFile: string | undefined;
  /** Whether a SavedModel is in the folder of the model already. */
  readonly hasSavedModel: boolean;
  /** The text of the file that --labels names. */
  readonly givenLabels: string | undefined;
  readonly problems: readonly Problem[];
}

/** Reads the workspace; what cannot be read is among the problems. */
export function gatherFacts(tree: Tree, { name = '', project = '', labels }: ModelOptions): Facts {
  const services = new Map(
    [...getProjects(tree)]
      .map(([service, { root }]): [string, string] => [service, root])
      .filter(([, root]) => tree.exists(`${root}/${SERVICE_FILE}`)),
  );
  const root = services.get(project);
  const problems: Problem[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TfodError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const read = (path: string) => (root === undefined ? undefined : textOf(tree, `${root}/${path}`));
  const serviceFile = read(SERVICE_FILE);
  return {
    workspaceRoot: tree.root,
    services,
    service: attempt(() =>
      root === undefined || serviceFile === undefined
        ? undefined
        : parseService(serviceFile, { name: project, root }),
    ),
    lock: attempt(() => (root === undefined ? NO_MODELS : readLock(tree, root))) ?? NO_MODELS,
    otherLocks: [...services]
      .filter(([service]) => service !== project)
      .map(([, other]) => lockIfAny(tree, other)),
    serviceFile,
    description: read(`models/${name}/model.json`),
    labelMap: read(`models/${name}/labels.pbtxt`),
    ignoreFile: read('models/.gitignore'),
    hasSavedModel:
      root !== undefined &&
      existsSync(join(tree.root, root, 'models', String(name), 'saved_model/saved_model.pb')),
    givenLabels: attempt(() =>
      labels === undefined || isBuiltIn(labels) ? undefined : readLabels(tree, labels),
    ),
    problems,
  };
}

function readLock(tree: Tree, root: string): ModelsLock {
  const path = `${root}/${MODELS_LOCK_FILE}`;
  const text = textOf(tree, path);
  return text === undefined ? NO_MODELS : parseModelsLock(text, path);
}

/** A lock of another service that cannot be read is for those to hear of who use that service. */
function lockIfAny(tree: Tree, root: string): ModelsLock {
  try {
    return readLock(tree, root);
  } catch (error) {
    if (error instanceof TfodError) return NO_MODELS;
    throw error;
  }
}

function readLabels(tree: Tree, path: string): string {
  try {
    if (!isAbsolute(path) && tree.isFile(path)) return tree.read(path, 'utf-8') ?? '';
    return readFileSync(isAbsolute(path) ? path : join(tree.root, path), 'utf8');
  } catch (error) {
    throw new TfodError(
      {
        code: 'LABELS_MISSING',
        what: 'The labels cannot be read',
        where: '--labels',
        expected: `${BUILT_IN.join(', ')}, or the path of a file from the workspace root`,
        found: `${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
        remedy: 'correct --labels',
      },
      { cause: error },
    );
  }
}

function textOf(tree: Tree, path: string): string | undefined {
  return tree.isFile(path) ? (tree.read(path, 'utf-8') ?? undefined) : undefined;
}
