import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TfodError } from '../values/tfod-error';
import { parseService, SERVICE_FILE, type Service } from './service';

/** Reads the tfod.json of an Nx project; throws a `TfodError` when it is not there or not right. */
export async function readService(
  workspaceRoot: string,
  at: { readonly name: string; readonly root: string },
): Promise<Service> {
  return parseService(await readText(join(workspaceRoot, at.root, SERVICE_FILE), at), at);
}

async function readText(path: string, at: { readonly name: string; readonly root: string }): Promise<string> {
  try {
    return await readFile(path, 'utf8');
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
