import { join, posix } from 'node:path';
import { mismatches, type Mismatch } from '../compat/pairing';
import { readMatrix, readShippedLocks, REQUIREMENTS } from '../compat/shipped-locks';
import { chooseToolchain } from '../compat/toolchain';
import { toolchainInUse } from '../compat/toolchain-in-use';
import type { TfodProject } from '../service/service';
import { isVariant, type Variant } from '../service/variant';
import type { Problem } from '../values/tfod-error';
import type { ReadDockerfile } from './read-dockerfiles';
import { readOptional } from './read-optional';
import { BASE_DOCKERFILE, type Link } from './role';

/** What a project says of the images below a service. */
export interface ChainSources {
  /** Absolute. */
  readonly workspaceRoot: string;
  readonly maker: TfodProject;
  readonly links: readonly Link[];
  readonly dockerfiles: ReadonlyMap<string, ReadDockerfile>;
}

/**
 * The parts that were never built for each other: TensorFlow, Python, CUDA and cuDNN, by the locks that the
 * Dockerfiles name and the Python that the base image starts from.
 */
export async function pairingProblems(sources: ChainSources): Promise<readonly Problem[]> {
  const runtimes = sources.links.filter(({ role }) => role === 'tf' || role === 'gpu');
  const found = await Promise.all(runtimes.map((link) => problemsOf(link, sources)));
  return found.flat();
}

async function problemsOf(
  { variant, dockerfile }: Link,
  { workspaceRoot, maker, dockerfiles }: ChainSources,
): Promise<readonly Problem[]> {
  if (variant === null) return [];
  const path = posix.join('requirements', REQUIREMENTS[variant].lock);
  if (!dockerfiles.get(dockerfile)?.text.includes(path)) return [];
  const lock = await readOptional(join(workspaceRoot, maker.root, path));
  const baseDockerfile = dockerfiles.get(BASE_DOCKERFILE)?.text;
  const { python } = toolchainInUse({ baseDockerfile, requirements: undefined });
  return mismatches({ variant, python, lock: lock ?? '' }, matrix()).map((mismatch) =>
    problemOf(mismatch, posix.join(maker.root, path), maker),
  );
}

function problemOf(mismatch: Mismatch, where: string, maker: TfodProject): Problem {
  const { code, what, expected, found } = mismatch;
  return { code, what, where, expected, found, remedy: remedyFor(mismatch, maker) };
}

/** The generator writes files that go together; the versions that come nearest are named. */
function remedyFor({ code, tensorflow }: Mismatch, { kind, name, root, variants }: TfodProject): string {
  if (code !== 'COMPAT_PYTHON') return 'correct the .in file and compile the lock anew';
  const command = `nx g tfod:${kind ?? 'service'} ${name} --directory=${root}`;
  const nearest = nearestTo(tensorflow, variants);
  if (nearest === undefined) return 'let the base image start from a Python of the list';
  return `let the base image start from a Python of the list, or use what goes together: ${command} ${nearest}`;
}

function nearestTo(tensorflow: string, variants: readonly Variant[]): string | undefined {
  const wanted = variants.filter(isVariant);
  const [locks, rows] = [readShippedLocks(), matrix()];
  const same = chooseToolchain({ tensorflow, variants: wanted }, rows, locks).lock;
  const lock = same ?? chooseToolchain({ variants: wanted }, rows, locks).lock;
  return lock && `--tensorflow=${lock.tensorflow} --python=${lock.python}`;
}

let read: ReturnType<typeof readMatrix> | undefined;

/** It comes with the plugin, so it is the same for as long as the process lives. */
function matrix(): ReturnType<typeof readMatrix> {
  read ??= readMatrix();
  return read;
}
