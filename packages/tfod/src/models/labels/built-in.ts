import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Label } from './label-map';
import { parseLabels } from './parse-labels';

/** The package's root, the same distance away in the source and in what is published. */
const DATA = join(__dirname, '..', '..', '..', 'data');

const FILES = { coco: 'coco_labels.json', 'open-images': 'open_images_labels.json' } as const;

/** Labels that come with the plugin: 80 classes of COCO on ids 1 to 90, 601 of Open Images V4. */
type BuiltIn = keyof typeof FILES;
export const BUILT_IN = Object.keys(FILES) as readonly BuiltIn[];

export function isBuiltIn(name: string): name is BuiltIn {
  return name in FILES;
}

export function builtInLabels(name: BuiltIn): readonly Label[] {
  return parseLabels(readFileSync(join(DATA, FILES[name]), 'utf8'), FILES[name]);
}
