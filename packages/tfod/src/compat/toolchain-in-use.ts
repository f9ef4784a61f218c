import { minorOf, type Minor } from './matrix';
import type { Toolchain } from './toolchain';

/** The texts of a service that say which versions it stands on; any of them may be missing. */
export interface ToolchainSources {
  /** `docker/base.Dockerfile`. */
  readonly baseDockerfile: string | undefined;
  /** `requirements/*.lock`, then `requirements/*.in`: the first that tells counts. */
  readonly requirements: string | undefined;
}

/**
 * The versions that a service stands on, as far as its own files tell: Python by the image that the base image
 * starts from, else by what a lock says that it was compiled for; TensorFlow by what its requirements have or ask
 * for.
 */
export function toolchainInUse(sources: ToolchainSources): Partial<Toolchain> {
  const python =
    capture(sources.baseDockerfile, /^\s*FROM\s+(?:--\S+\s+)*(?:\S+\/)?python:(\d+\.\d+)/im) ??
    capture(sources.requirements, /^#.*--python-version[ =](\d+\.\d+)/m);
  const tensorflow = capture(
    sources.requirements,
    /^\s*tensorflow(?:[-_]cpu)?\s*(?:\[[^\]]*\])?\s*[=~]=\s*(\d+\.\d+)/im,
  );
  return { ...(tensorflow && { tensorflow }), ...(python && { python }) };
}

function capture(text: string | undefined, pattern: RegExp): Minor | undefined {
  return minorOf(pattern.exec(text ?? '')?.[1] ?? '');
}
