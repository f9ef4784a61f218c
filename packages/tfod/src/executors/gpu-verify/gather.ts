import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { driverMinimum, type DriverVersion } from '../../findings/driver-version';
import { modelFolder } from '../../models/read-model';
import { folderBelow } from '../../service/find-runtime';
import { TfodError } from '../../values/tfod-error';
import { PICTURE_SUFFIXES } from '../infer/find-pictures';
import type { GpuVerifyRequest } from './request';

const PACKAGE_ROOT = join(__dirname, '..', '..', '..');

/** What the service and the plugin say before anything is run. */
export interface Gathered {
  /** The version in the lock file; undefined where it cannot be read. */
  readonly tensorflow: string | undefined;
  /** The text of the compat matrix. */
  readonly matrix: string;
  /** Absolute; undefined where nobody has one. */
  readonly picture: string | undefined;
}

/** Reads the lock file, the matrix and where a picture is; throws PICTURE_NOT_FOUND, or that there is no runtime. */
export async function gather(request: GpuVerifyRequest): Promise<Gathered> {
  const { workspaceRoot, projects, service } = request;
  const folder = await folderBelow(service, { workspaceRoot, projects, variants: ['gpu'] });
  const lock = join(workspaceRoot, folder, 'requirements', 'gpu.lock');
  const [text, matrix, picture] = await Promise.all([
    readFile(lock, 'utf8').catch(() => ''),
    readFile(join(PACKAGE_ROOT, 'data', 'compat.json'), 'utf8'),
    findPicture(request),
  ]);
  return { tensorflow: /^tensorflow==(\d[\d.]*)/m.exec(text)?.[1], matrix, picture };
}

/** The oldest driver for the TensorFlow of the service, and what for. */
export function driverDemand(
  { tensorflow, matrix }: Gathered,
  driverOf: 'linux' | 'windows',
): { readonly minimum: DriverVersion; readonly reason: string } | undefined {
  if (tensorflow === undefined) return undefined;
  const minimum = driverMinimum(matrix, tensorflow, driverOf);
  return minimum === undefined ? undefined : { minimum, reason: `TensorFlow ${tensorflow}` };
}

/** The one that was asked for, else a sample of the model; any picture will do to compare GPU and CPU. */
async function findPicture({
  workspaceRoot,
  service,
  picture,
}: GpuVerifyRequest): Promise<string | undefined> {
  if (picture !== undefined) {
    if ((await stat(picture).catch(() => undefined))?.isFile()) return picture;
    throw new TfodError({
      code: 'PICTURE_NOT_FOUND',
      what: 'There is no such picture',
      where: '--picture',
      found: picture,
      remedy: 'name a file, from the workspace root',
    });
  }
  const folders = [
    join(modelFolder(workspaceRoot, service), 'samples'),
    join(PACKAGE_ROOT, 'demo', 'samples'),
  ];
  const found = await Promise.all(folders.map(firstPicture));
  return found.find((path) => path !== undefined);
}

async function firstPicture(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const pictures = names.filter((name) => PICTURE_SUFFIXES.has(extname(name).toLowerCase())).sort();
  return pictures[0] === undefined ? undefined : join(folder, pictures[0]);
}
