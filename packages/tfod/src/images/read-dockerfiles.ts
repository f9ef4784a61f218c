import { join, posix } from 'node:path';
import { readText } from '../files/read-text';
import type { Dockerfile } from '../dockerfile/dockerfile';
import { parseDockerfile } from '../dockerfile/parse';
import { TfodError } from '../values/tfod-error';
import type { Problems } from './problems';
import type { Link } from './role';

export interface ReadDockerfile {
  /** Relative to the workspace root. */
  readonly path: string;
  readonly text: string;
  readonly parsed: Dockerfile;
}

/** Reads and parses the Dockerfile of each link, each file once. */
export async function readDockerfiles(
  workspaceRoot: string,
  projectRoot: string,
  links: readonly Link[],
  problems: Problems,
): Promise<ReadonlyMap<string, ReadDockerfile>> {
  const files = [...new Set(links.map(({ dockerfile }) => dockerfile))];
  const read = await Promise.all(
    files.map(async (file) => {
      const path = posix.join(projectRoot, file);
      const found = await problems.attempt(() => readOne(workspaceRoot, path));
      return found ? ([[file, found]] as const) : [];
    }),
  );
  return new Map(read.flat());
}

async function readOne(workspaceRoot: string, path: string): Promise<ReadDockerfile> {
  const text = await readText(join(workspaceRoot, path)).catch((error: NodeJS.ErrnoException) => {
    throw new TfodError(
      {
        code: error.code === 'ENOENT' ? 'DOCKERFILE_MISSING' : 'DOCKERFILE_UNREADABLE',
        what: 'A Dockerfile of the chain cannot be read',
        where: path,
        found: error.code ?? error.message,
        remedy: 'restore the file, or take it from a service that nx g tfod:service makes',
      },
      { cause: error },
    );
  });
  return { path, text, parsed: parseDockerfile(text, path) };
}
