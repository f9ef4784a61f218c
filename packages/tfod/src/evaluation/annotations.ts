import { TfodError, type Problem } from '../values/tfod-error';

/** The file names of the pictures of a COCO annotation file; throws ANNOTATIONS_INVALID. `where` names the file. */
export function annotatedPictures(text: string, where: string): readonly string[] {
  let images: unknown;
  try {
    images = (JSON.parse(text) as { readonly images?: unknown } | null)?.images;
  } catch (error) {
    throw invalid(where, (error as SyntaxError).message);
  }
  if (!Array.isArray(images) || images.length === 0) throw invalid(where, 'no list of images');
  const names = images.map((image: { readonly file_name?: unknown } | null) => image?.file_name);
  if (!names.every((name) => typeof name === 'string')) throw invalid(where, 'an image without a file_name');
  return names;
}

/** Those of the pictures that are annotated, and what is wrong when some of them are missing. */
export function picturesToEvaluate<Picture extends { readonly name: string }>(
  annotated: readonly string[],
  pictures: readonly Picture[],
): { readonly pictures: readonly Picture[]; readonly problems: readonly Problem[] } {
  const byName = new Map(pictures.map((picture): [string, Picture] => [picture.name, picture]));
  const missing = annotated.filter((name) => !byName.has(name));
  const found = annotated.flatMap((name) => byName.get(name) ?? []);
  return { pictures: found, problems: missing.length === 0 ? [] : [notThere(missing, annotated.length)] };
}

function notThere(missing: readonly string[], all: number): Problem {
  return {
    code: 'EVALUATE_PICTURES',
    what: `${missing.length} of ${all} annotated pictures are not there`,
    where: '--images',
    expected: 'each file_name of the annotations, from the folder on',
    found: `no ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`,
    remedy: 'name the folder that the file names of the annotations start at',
  };
}

function invalid(where: string, found: string): TfodError {
  return new TfodError({
    code: 'ANNOTATIONS_INVALID',
    what: 'The annotations cannot be used',
    where,
    expected: "a file in COCO's format: images, annotations, categories",
    found,
    remedy: 'correct --annotations',
  });
}
