import { posix } from 'node:path';
import { TfodError, type Problem } from '../../values/tfod-error';

const FILE = 'saved_model.pb';
const SHOWN = 8;

/** What is often given for a SavedModel, by the end of its name. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)saved_model\.pbtxt$/, 'a SavedModel in text form: save it as saved_model.pb'],
  [/\.keras$/, 'a Keras model: load it and export it with model.export(), its NMS included'],
  [/\.(h5|hdf5)$/, 'Keras weights: load them into their model and export it with model.export()'],
  [/\.tflite$/, 'a TFLite model, from which no SavedModel can be made'],
  [/\.onnx$/, 'an ONNX model, from which no SavedModel can be made here'],
  [
    /(frozen_inference_graph|graph)\.pb$/,
    'a frozen graph of TensorFlow 1: take the saved_model folder of the same export',
  ],
  [/\.ckpt-\d+\.index$|(^|\/)checkpoint$/, 'a checkpoint: export it with exporter_main_v2.py'],
];

/**
 * The folder that holds the one saved_model.pb among these paths, with forward slashes and without a slash at its end;
 * empty for the folder from which the paths start. Archives name their folders as they like, so it is looked for.
 * Throws MODEL_NO_SAVED_MODEL or MODEL_SEVERAL.
 */
export function locateSavedModel(paths: readonly string[], where: string): string {
  const found = paths.filter((path) => posix.basename(path) === FILE && !isLitter(path)).map(folderOf);
  const [only, ...others] = found.sort();
  if (only === undefined) throw new TfodError(noSavedModel(paths, where));
  // A SavedModel may keep others among its assets; those are its own business.
  const outside = others.filter((folder) => only !== '' && !folder.startsWith(`${only}/`));
  if (outside.length === 0) return only;
  throw new TfodError({
    code: 'MODEL_SEVERAL',
    what: 'There are several SavedModels',
    where,
    expected: 'one',
    found: [only, ...outside].slice(0, SHOWN).join(', '),
    remedy: 'unpack it if it is an archive, and give the folder of the one that is meant',
  });
}

/** What a SavedModel is made of: https://www.tensorflow.org/guide/saved_model, and what Keras and TF 2.12 add. */
const PARTS = /^(saved_model\.pb|fingerprint\.pb|keras_metadata\.pb|(variables|assets|assets\.extra)\/.+)$/;

/** Those of the files that belong to the SavedModel in the folder, by their paths from it; what else lies there does not. */
export function savedModelFiles<T extends { readonly path: string }>(
  files: readonly T[],
  folder: string,
): T[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return files
    .filter(({ path }) => path.startsWith(prefix) && !isLitter(path))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }))
    .filter(({ path }) => PARTS.test(path));
}

/** What systems leave in folders without being asked. */
export function isLitter(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('._') || part === '.DS_Store' || part === '__MACOSX');
}

function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}

function noSavedModel(paths: readonly string[], where: string): Problem {
  const known = OTHERS.find(([pattern]) => paths.some((path) => pattern.test(path)));
  const shown = paths.filter((path) => !isLitter(path)).slice(0, SHOWN);
  return {
    code: 'MODEL_NO_SAVED_MODEL',
    what: `There is no ${FILE}`,
    where,
    expected: 'an exported SavedModel: saved_model.pb and variables/',
    found: shown.length === 0 ? 'no files at all' : shown.join(', '),
    remedy:
      known === undefined
        ? 'give the folder or the archive of an exported model'
        : `this looks like ${known[1]}`,
  };
}
