import { Repository } from '../../checkouts/repository';
import type { RunCommand } from '../../engine/run-command';
import { TfodError } from '../../values/tfod-error';

/** Whether git has anything of a folder, from the workspace root, in its index; not where git cannot tell. */
export async function isTracked(run: RunCommand, workspaceRoot: string, folder: string): Promise<boolean> {
  try {
    return (await (await Repository.open(run, workspaceRoot))?.tracks(folder)) ?? false;
  } catch (error) {
    if (error instanceof TfodError) return false;
    throw error;
  }
}
