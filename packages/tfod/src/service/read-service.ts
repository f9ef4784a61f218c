import { join } from 'node:path';
import { readText } from '../files/read-text';
import { TfodError } from '../values/tfod-error';
import { parseService, parseTfodProject, SERVICE_FILE, type Service, type TfodProject } from './service';

interface At {
  readonly name: string;
  readonly root: string;
}

/** Reads the tfod.json of a service; throws a `TfodError` when it is not there or not right. */
export async function readService(workspaceRoot: string, at: At): Promise<Service> {
  return parseService(await textOf(workspaceRoot, at), at);
}

/** Reads the tfod.json of a service or a runtime; throws a `TfodError` when it is not there or not right. */
export async function readTfodProject(workspaceRoot: string, at: At): Promise<TfodProject> {
  return parseTfodProject(await textOf(workspaceRoot, at), at);
}

async function textOf(workspaceRoot: string, at: At): Promise<string> {
  try {
    return await readText(join(workspaceRoot, at.root, SERVICE_FILE));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
    throw new TfodError(
      {
        code: 'SERVICE_UNREADABLE',
        what: `The project ${at.name} has no ${SERVICE_FILE} that can be read`,
        where: `${at.root}/${SERVICE_FILE}`,
        found: code,
        remedy: code === 'ENOENT' ? `make a service with nx g tfod:service` : 'let the caller read the file',
      },
      { cause: error },
    );
  }
}
