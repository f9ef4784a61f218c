import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package's root, the same distance away in the source and in what is published. */
const FILE = join(__dirname, '..', '..', '..', 'data', 'zoo.json');

/** A model of the TensorFlow 2 detection zoo. */
export interface ZooModel {
  /** What `--source=zoo:…` calls it. */
  readonly slug: string;
  readonly name: string;
  readonly url: string;
  /** Milliseconds for a picture on a machine that the zoo does not name; null where it gives none. */
  readonly speedMs: number | null;
  /** COCO mAP in per cent; null where the zoo gives none. */
  readonly boxMap: number | null;
  readonly maskMap?: number;
  readonly keypointMap?: number;
  readonly finds: readonly string[];
}

export interface Zoo {
  readonly models: readonly ZooModel[];
  /** Of the weights. */
  readonly licence: string;
}

export function readZoo(file: string = FILE): Zoo {
  return JSON.parse(readFileSync(file, 'utf8')) as Zoo;
}
